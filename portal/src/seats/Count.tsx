import { useFormats } from "../texts/useFormats";

/** A count; one that has just changed lights up. */
export function Count({ value }: { value: number }) {
  const { number } = useFormats();
  return (
    <span key={value} className="count">
      {number(value)}
    </span>
  );
}
