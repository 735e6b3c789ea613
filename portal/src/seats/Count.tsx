import { useFormats } from "../texts/useFormats";

/** A count, highlighted for a moment when it changes. */
export function Count({ value }: { value: number }) {
  const { number } = useFormats();
  return (
    <span key={value} className="count">
      {number(value)}
    </span>
  );
}
