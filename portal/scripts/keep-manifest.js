// Puts the documents' manifest beside the built page, where the server reads it; it is not among the served files.
import { copyFileSync } from "node:fs";

copyFileSync("src/gql/persisted-documents.json", "dist/documents.json");
