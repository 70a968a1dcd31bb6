/**
 * The part of the egress that stands inside a chamber: a listener on its own loopback that hands each connection, byte for
 * byte, to the socket of the host's proxy. It decides nothing. Perl, because Debian's perl-base is always there and starts in
 * a few milliseconds. Arguments: port, and the socket's path when a permit stands; without one it answers why there is no way
 * out. It returns once it listens, and goes on in the background.
 */
/** Said in the status line, which clients print. */
export const NO_PERMIT =
  "No permit stands for this run: axiom do permit.grant --host HOST --minutes N, and run it again on the rung os or above";

export const SHIM = `use strict;
use Socket;
my ($port, $path) = @ARGV;
socket(my $listener, PF_INET, SOCK_STREAM, 0) or exit 1;
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
bind($listener, sockaddr_in($port, INADDR_LOOPBACK)) or exit 1;
listen($listener, 64) or exit 1;
exit 0 if fork;
open(STDIN, "<", "/dev/null"); open(STDOUT, ">", "/dev/null"); open(STDERR, ">", "/dev/null");
$SIG{CHLD} = "IGNORE";
while (1) {
  accept(my $client, $listener) or next;
  next if fork;
  close $listener;
  unless (defined $path) {
    my $head = "";
    while ($head !~ /\\r\\n\\r\\n/ && length $head < 32768) { sysread($client, $head, 4096, length $head) or last; }
    syswrite($client, "HTTP/1.1 403 ${NO_PERMIT}\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n");
    exit 0;
  }
  socket(my $host, PF_UNIX, SOCK_STREAM, 0) or exit 1;
  connect($host, sockaddr_un($path)) or exit 1;
  my ($from, $to) = fork ? ($client, $host) : ($host, $client);
  while (sysread($from, my $bytes, 65536)) {
    my $at = 0;
    while ($at < length $bytes) {
      my $written = syswrite($to, $bytes, length($bytes) - $at, $at);
      exit 1 unless defined $written;
      $at += $written;
    }
  }
  shutdown($to, 1);
  exit 0;
}
`;
