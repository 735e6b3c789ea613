import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useEffectEvent } from "react";

import { answer } from "./answer";
import { filledIn, isUntouched, remember } from "./filled";
import { namedInAnswer } from "./named-in-answer";
import { withValues } from "./variables";

/** Fills ids from each answer into the variables of every tab, where nobody has typed anything else. Shows nothing itself. */
export function FillVariables() {
  const { tabs, activeTabIndex, variableEditor } = useGraphiQL(pick("tabs", "activeTabIndex", "variableEditor"));
  const { storeTabs } = useGraphiQLActions();

  const fill = useEffectEvent(() => {
    const values = namedInAnswer(answer.get());
    const filled = new Set<string>();
    for (const [index, tab] of tabs.entries()) {
      // What is typed into the shown tab reaches its state a moment later.
      const editor = index === activeTabIndex ? variableEditor : undefined;
      const before = editor?.getValue() ?? tab.variables ?? "";
      const { text, names } = withValues(before, values, (name, current) => isUntouched(tab.id, name, current));
      if (names.length === 0) continue;
      // GraphiQL has no action for a tab that is not shown. It reads this when the tab is opened.
      tab.variables = text;
      const model = editor?.getModel();
      if (model) editor?.executeEdits("usher", [{ range: model.getFullModelRange(), text }]);
      for (const name of names) {
        remember(tab.id, name, values[name]!);
        filled.add(name);
      }
    }
    storeTabs({ tabs, activeTabIndex });
    filledIn.set([...filled]);
  });

  useEffect(() => answer.listen(() => fill()), []);
  return null;
}
