// First: takes the token of a mailed link out of the address bar.
import "./session/mailedToken";
import "./trustedTypes";
import "./styles";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
