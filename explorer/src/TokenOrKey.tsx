import { type FormEvent, useRef } from "react";

import { pastedSecret } from "./credential";
import { useStore } from "./store";

/** Takes an access token or an API key, which is then sent in place of the session cookie. */
export function TokenOrKey() {
  const secret = useStore(pastedSecret);
  const panel = useRef<HTMLDivElement>(null);

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const given = String(new FormData(form).get("secret")).trim().replace(/^bearer\s+/i, "");
    if (!given) return;
    pastedSecret.set(given);
    form.reset();
    panel.current?.hidePopover();
  }

  if (secret !== null) {
    return (
      <button type="button" className="bar-button" onClick={() => pastedSecret.set(null)}>
        Forget token or key
      </button>
    );
  }
  return (
    <>
      <button type="button" className="bar-button" popoverTarget="token-or-key">
        Token or key
      </button>
      <div popover="auto" id="token-or-key" className="bar-panel" ref={panel}>
        <form onSubmit={handleSubmit} autoComplete="off">
          <label htmlFor="secret">Access token or API key</label>
          <input id="secret" name="secret" type="password" autoComplete="off" spellCheck={false} autoFocus required />
          <button type="submit" className="bar-button">
            Use it
          </button>
          <p>
            It asks in every tab, in place of the session cookie. It is stored nowhere: reloading the page forgets it.
            Authorization in a tab&rsquo;s Headers goes before it.
          </p>
        </form>
      </div>
    </>
  );
}
