import { GraphiQL } from "graphiql";

import { Bar } from "./Bar";
import { fetcher } from "./fetcher";
import { FillVariables } from "./FillVariables";
import { tabs } from "./tabs";

export function Explorer() {
  return (
    <>
      <Bar />
      {/* Headers may hold a secret: they are never written to the browser's storage. */}
      <GraphiQL
        fetcher={fetcher}
        defaultTabs={tabs}
        defaultEditorToolsVisibility="variables"
        shouldPersistHeaders={false}
        inputValueDeprecation
        schemaDescription
      >
        {/* The default logo links to another host. */}
        <GraphiQL.Logo>GraphiQL</GraphiQL.Logo>
        <FillVariables />
      </GraphiQL>
    </>
  );
}
