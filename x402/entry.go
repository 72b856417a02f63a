package x402

import "strconv"

// accepted reads an accepts entry: strictly from a 402, which its reader is going to sign,
// and leniently from a payment. The payer's signature binds network, asset, recipient and
// amount. It binds nothing else in the echo, so the rest is ignored there, even if it is
// null, missing or of another type: typed clients drop or change what they do not know.
func (r *reader) accepted(strict bool) (*Requirement, error) {
	var a Requirement
	var have int
	err := r.object("accepted", acceptedKeys, func(key []byte) (err error) {
		switch string(key) {
		case "scheme":
			a.Scheme, err = r.text("accepted.scheme")
		case "network":
			a.Network, err = r.text("accepted.network")
		case "amount":
			a.Amount, err = r.uint256("accepted.amount")
		case "asset":
			a.Asset, err = r.address("accepted.asset")
		case "payTo":
			a.PayTo, err = r.address("accepted.payTo")
		case "maxTimeoutSeconds":
			const field = "accepted.maxTimeoutSeconds"
			if !strict {
				return r.skip(field)
			}
			text, ok := r.number()
			if !ok {
				return malformed(field, "a number")
			}
			a.MaxTimeoutSeconds, _ = strconv.Atoi(string(text)) // 0, which the caller refuses
			return nil
		case "extra":
			if !strict {
				return r.echoedExtra(&a.Extra)
			}
			return r.extra(&a.Extra)
		default:
			return r.skip("accepted")
		}
		have++
		return err
	})
	if err != nil {
		return nil, err
	}
	if have != 5 {
		return nil, malformed("accepted", "scheme, network, amount, asset and payTo")
	}
	return &a, nil
}

// seconds reads a timeout, a whole number above 0.
func (r *reader) seconds(field string) (int, error) {
	if text, ok := r.number(); ok {
		if n, err := strconv.Atoi(string(text)); err == nil && n > 0 {
			return n, nil
		}
	}
	return 0, malformed(field, "a whole number of seconds above 0")
}

// echoedExtra reads the extra of an echo if it has the expected form, and ignores it
// otherwise. It only explains why a signature is wrong.
func (r *reader) echoedExtra(x *Extra) error {
	data, err := r.raw("accepted.extra")
	if err != nil || data == nil {
		return err
	}
	again := readers.Get().(*reader)
	defer again.done()
	again.data = data
	var read Extra
	if err := again.extra(&read); err == nil {
		*x = read
	}
	return nil
}

// extra reads the keys that a server may have declared; there may be others.
func (r *reader) extra(x *Extra) error {
	return r.object("accepted.extra", extraKeys, func(key []byte) error {
		var into *string
		switch string(key) {
		case "name":
			into = &x.Name
		case "version":
			into = &x.Version
		case "paymentFlow":
			into = &x.PaymentFlow
		case "assetTransferMethod":
			into = &x.AssetTransferMethod
		case "primaryType":
			into = &x.PrimaryType
		default:
			return r.skip("accepted.extra")
		}
		text, ok := r.string()
		if !ok || len(text) > maxText {
			return malformed("accepted.extra."+string(key), textForm)
		}
		*into = string(text)
		return nil
	})
}
