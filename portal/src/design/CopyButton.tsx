import { useState } from "react";

import { useText } from "../texts/useText";
import { Button } from "./Button";
import { useAnnounce } from "./useAnnounce";

/** Copies a value to the clipboard, and announces it. */
export function CopyButton({ value, name }: { value: string; name: string }) {
  const text = useText();
  const announce = useAnnounce();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    announce(text("shell.copied"));
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <Button size="small" aria-label={text("shell.copyThis", { what: name })} onPress={() => void copy()}>
      {text(copied ? "shell.copied" : "shell.copy")}
    </Button>
  );
}
