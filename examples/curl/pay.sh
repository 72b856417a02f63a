#!/usr/bin/env bash
# Mints with curl, and `mint402 sign` for the signature. It keeps the payment in
# payment.txt: if it is interrupted, run it again. The same payment is sent, and is
# charged once.
#
#   MINT402_KEY=0x59c6… ./pay.sh http://127.0.0.1:4021/mint
set -euo pipefail
url=${1:?usage: MINT402_KEY=0x… pay.sh URL}

# The first answer is 402 with the price. sign reads it, and writes the header that pays.
if [ ! -s payment.txt ]; then
	curl -sS -i "$url" | "${MINT402:-mint402}" sign --yes > payment.new
	mv payment.new payment.txt
fi

# 200 is a mint in a block. 202, 429 and 503 mean: send the same payment again, later.
for _ in $(seq 60); do
	status=$(curl -sS -o order.json -w '%{http_code}' -H @payment.txt "$url")
	case $status in
	200)
		cat order.json
		rm payment.txt
		exit
		;;
	202 | 429 | 503) sleep 2 ;;
	*)
		cat order.json >&2
		exit 1
		;;
	esac
done
echo "the outcome is not known yet; run this again, with the same payment.txt" >&2
exit 3
