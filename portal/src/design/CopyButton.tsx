import { useState } from "react";

import { useText } from "../texts/useText";
import { Button } from "./Button";
import { useAnnounce } from "./useAnnounce";

/** Puts a value on the clipboard, and says that it did. */
export function CopyButton({ value, what }: { value: string; what: string }) {
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
    <Button size="small" aria-label={text("shell.copyThis", { what })} onPress={() => void copy()}>
      {text(copied ? "shell.copied" : "shell.copy")}
    </Button>
  );
}
