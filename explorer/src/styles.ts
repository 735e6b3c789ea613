// GraphiQL's own style.css holds a second copy of Monaco's styles and five weights of Roboto, four times the size of
// the rest: these are its parts without them. Fira Code stays, because Monaco's editors name no other font.
import "@graphiql/react/font/fira-code.css";
import "@graphiql/react/style.css";
import "@graphiql/plugin-history/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "graphiql/graphiql.css";
import "./page.css";
