import { useMemo } from "react";
import { useIntl } from "react-intl";

import type { TextId } from "./catalogues";

type Values = Record<string, string | number>;

/** The texts of the current language: `text("users.found", { count: 3 })`. */
export function useText(): (id: TextId, values?: Values) => string {
  const intl = useIntl();
  return useMemo(() => (id, values) => intl.formatMessage({ id }, values), [intl]);
}
