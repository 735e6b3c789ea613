import { useText } from "../texts/useText";
import { Skeleton } from "./Skeleton";

/** Takes the place of a page while it loads. */
export function PageSkeleton() {
  const text = useText();
  return (
    <main className="page" aria-busy="true">
      <p className="visually-hidden" role="status">
        {text("shell.loading")}
      </p>
      <Skeleton lines={8} />
    </main>
  );
}
