// First: configures the bundled workers of Monaco.
import "graphiql/setup-workers/vite";
import "./styles";

import { createRoot } from "react-dom/client";

import { Explorer } from "./Explorer";

createRoot(document.getElementById("root")!).render(<Explorer />);
