/** A key's name on a button, for the eye only: what is read aloud is the button's own words. */
export const Key = ({ children }: { children: string }) => (
  <span className="key" aria-hidden="true">
    {children}
  </span>
);
