import { Link } from "react-router";

import { paths } from "../paths";
import { useText } from "../texts/useText";

export function Wordmark() {
  const text = useText();
  return (
    <Link className="wordmark" to={paths.home} aria-label={text("shell.home")}>
      <svg viewBox="0 0 16 16" width="26" height="26" aria-hidden="true">
        <rect className="wordmark-ground" width="16" height="16" rx="4" />
        <path className="wordmark-line" d="M4.5 3.5v5a3.5 3.5 0 0 0 7 0v-5" />
      </svg>
      <span>Usher</span>
    </Link>
  );
}
