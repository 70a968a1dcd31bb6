for (;;) {
  try {
    for (;;) JSON.stringify({});
  } catch {
    continue;
  } finally {
    continue;
  }
}
