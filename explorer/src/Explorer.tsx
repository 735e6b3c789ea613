import { GraphiQL } from "graphiql";

import { fetcher } from "./fetcher";
import { SignedInLine } from "./SignedInLine";
import { tabs } from "./tabs";

export function Explorer() {
  return (
    <>
      <SignedInLine />
      {/* Headers may hold a bearer token: they are never written to the browser's storage. */}
      <GraphiQL
        fetcher={fetcher}
        defaultTabs={tabs}
        defaultEditorToolsVisibility="variables"
        shouldPersistHeaders={false}
        inputValueDeprecation
        schemaDescription
      >
        {/* The stock logo is a link to another host. */}
        <GraphiQL.Logo>GraphiQL</GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}
