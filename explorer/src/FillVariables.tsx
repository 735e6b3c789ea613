import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useEffectEvent } from "react";

import { filledVariables, isUntouched, remember } from "./filled-variables";
import { lastData } from "./last-data";
import { valuesFromData } from "./values-from-data";
import { withValues } from "./variables";

/** Fills values from each result into the variables of every tab, but for those that the user has typed. Renders nothing. */
export function FillVariables() {
  const { tabs, activeTabIndex, variableEditor } = useGraphiQL(pick("tabs", "activeTabIndex", "variableEditor"));
  const { storeTabs } = useGraphiQLActions();

  const fill = useEffectEvent(() => {
    const values = valuesFromData(lastData.get());
    const filled = new Set<string>();
    for (const [index, tab] of tabs.entries()) {
      // The editor's text reaches the state of the active tab with a delay.
      const editor = index === activeTabIndex ? variableEditor : undefined;
      const currentText = editor?.getValue() ?? tab.variables ?? "";
      const { text, names } = withValues(currentText, values, (name, current) => isUntouched(tab.id, name, current));
      if (names.length === 0) continue;
      // GraphiQL has no action for an inactive tab. It reads this when the tab is opened.
      tab.variables = text;
      const model = editor?.getModel();
      if (model) editor?.executeEdits("usher", [{ range: model.getFullModelRange(), text }]);
      for (const name of names) {
        remember(tab.id, name, values[name]!);
        filled.add(name);
      }
    }
    storeTabs({ tabs, activeTabIndex });
    filledVariables.set([...filled]);
  });

  useEffect(() => lastData.subscribe(() => fill()), []);
  return null;
}
