import { useMemo } from "react";
import { useIntl } from "react-intl";

/** Formats money, dates and numbers for the current language. */
export function useFormats() {
  const intl = useIntl();
  return useMemo(
    () => ({
      number: (value: number) => intl.formatNumber(value),
      money: ({ amount, currency }: { amount: string; currency: string }) =>
        // For display alone: the server computes in decimals.
        intl.formatNumber(Number(amount), { style: "currency", currency, currencyDisplay: "narrowSymbol" }),
      date: (moment: string) => intl.formatDate(moment, { dateStyle: "medium" }),
      moment: (moment: string) => intl.formatDate(moment, { dateStyle: "medium", timeStyle: "short" }),
      time: (moment: string) => intl.formatTime(moment, { timeStyle: "short" }),
    }),
    [intl],
  );
}
