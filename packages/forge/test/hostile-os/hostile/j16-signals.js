// Hears no signal.
for (const name of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR2"]) process.on(name, () => {});
setInterval(() => {}, 1000);
