// Asks for pages: outside, on the host, and of the machine's own services.
(async () => {
  for (const url of ["http://127.0.0.1:@@CANARY_PORT@@/", "http://169.254.169.254/latest/meta-data/", "https://example.com/", "http://[::1]:@@CANARY_PORT@@/"])
    await fetch(url, { signal: AbortSignal.timeout(800) }).then((r) => r.ok && console.log("ESCAPED", url), () => {});
})();
