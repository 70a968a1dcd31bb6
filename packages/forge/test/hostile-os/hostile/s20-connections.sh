# The host's ports, from shell tools.
for host in 127.0.0.1 localhost '[::1]' 10.0.0.1 169.254.169.254; do
  curl -s -m 1 --noproxy '*' "http://$host:@@CANARY_PORT@@/" >/dev/null 2>&1 && echo "ESCAPED reached $host"
  curl -s -m 1 "http://$host:@@CANARY_PORT@@/" -o /dev/null -w '%{http_code}' 2>/dev/null | grep -q '^[23]' && echo "ESCAPED by proxy $host"
done
bash -c 'exec 9<>/dev/tcp/127.0.0.1/@@CANARY_PORT@@' 2>/dev/null && echo ESCAPED
exit 0
