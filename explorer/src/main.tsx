// Before anything else: tells Monaco where its workers are in the bundle.
import "graphiql/setup-workers/vite";
import "./styles";

import { createRoot } from "react-dom/client";

import { Explorer } from "./Explorer";

createRoot(document.getElementById("root")!).render(<Explorer />);
