#!/usr/bin/env bash
# What an SBC without gRPC does: lets sti-as sign a call and sti-vs judge it, over their REST interfaces (docs/api/rest.md).
#
# Usage:  examples/rest.sh CALLER CALLED
#
# In the environment:
#   STI_SIGNING, STI_VERIFICATION   https://HOST:PORT of the `rest` of sti-as and of sti-vs
#   STI_TLS                         folder with ca.pem, and sbc.pem and sbc.key as the client certificate
#   STI_API_KEY_FILE                instead of the certificate: a file with an API key ("stictl api-key"), mode 0600
set -euo pipefail

if (($# != 2)); then
    sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi
caller=$1 called=$2
tls=${STI_TLS:-.quickstart/tls}
signing=${STI_SIGNING:-https://localhost:8081} verification=${STI_VERIFICATION:-https://localhost:8080}

if [[ ! $caller$called =~ ^[0-9+*#]+$ ]]; then
    echo "numbers are digits with country code, not \"$caller\" and \"$called\"" >&2
    exit 2
fi
if [[ -n ${STI_API_KEY_FILE:-} ]]; then
    who="header = \"X-Api-Key: $(<"$STI_API_KEY_FILE")\""
else
    who="cert = \"$tls/sbc.pem\"
key = \"$tls/sbc.key\""
fi

# post URL BODY: the answer. curl tries again when nobody listens, and after 429 and 503 when Retry-After says so. Who asks comes on
# curl's standard input: what stands on a command line is in the process list.
post() {
    local answer status
    answer=$(curl --silent --show-error --config - --cacert "$tls/ca.pem" --connect-timeout 1 --max-time 5 \
        --retry 3 --retry-connrefused --retry-max-time 10 --header 'Content-Type: application/json' --data "$2" --write-out '\n%{http_code}' "$1" <<<"$who")
    status=${answer##*$'\n'} answer=${answer%$'\n'*}
    if [[ $status != 200 ]]; then
        echo "$1 answers $status: $answer" >&2
        return 1
    fi
    printf '%s\n' "$answer"
}
# member NAME: the string of that name in the JSON object on standard input, one level down.
member() { python3 -c 'import json, sys; print(next(iter(json.load(sys.stdin).values()))[sys.argv[1]])' "$1"; }

now=$(date +%s)
answer=$(post "$signing/stir/v1/signing" "{\"signingRequest\": {\"attest\": \"A\", \"orig\": {\"tn\": \"$caller\"},
    \"dest\": {\"tn\": [\"$called\"]}, \"iat\": $now, \"origid\": \"$(</proc/sys/kernel/random/uuid)\"}}")
identity=$(member identity <<<"$answer")
echo "Identity: $identity"

# The header goes into JSON: its quotes must not end the string.
quoted=$(python3 -c 'import json, sys; print(json.dumps(sys.argv[1]))' "$identity")
post "$verification/stir/v1/verification" "{\"verificationRequest\": {\"from\": {\"tn\": \"$caller\"}, \"to\": {\"tn\": [\"$called\"]},
    \"time\": $now, \"identity\": $quoted}}" | member verstat
