package proof

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// maxSkew is how far the clock of a signer may be ahead of ours.
const maxSkew = 5 * time.Minute

// ErrOtherChain means that a ledger has no node of a network.
var ErrOtherChain = errors.New("no node of that network is known")

// A Verifier verifies signed statements. Each field may be nil: then the checks that need
// it are not made, and the report says so.
type Verifier struct {
	// Fetch returns the body of a URL of another server; see Web. It is only called for the
	// DID document of the host of the statement's resource.
	Fetch func(ctx context.Context, url string) ([]byte, error)
	// Own has the keys of this server, which are then not requested.
	Own    *Issuer
	Ledger Ledger
	Orders Orders
	Clock  func() time.Time // nil: time.Now
}

// verification is one run of a Verifier.
type verification struct {
	*Verifier
	signed    Signed
	statement Statement
	resource  *url.URL
	report    *Report
	tx        *Transaction // of the receipt; nil if not read

	// The result of the signature's check, for the check of the key.
	key     *PublicKey     // of a JWS
	account common.Address // of an EIP-712 signature
	kid     keyID
}

// Verify makes all checks and reports them. The error is an *InputError if the statement
// cannot be read.
func (v *Verifier) Verify(ctx context.Context, s Signed) (*Report, error) {
	st, err := s.Statement()
	if err != nil {
		return nil, err
	}
	resource, err := originOf(st.Resource())
	if err != nil {
		return nil, err
	}
	run := &verification{Verifier: v, signed: s, statement: st, resource: resource,
		report: &Report{Kind: st.Kind(), Format: s.Format, Payload: st.Payload()}}
	run.time()
	if s.Format == FormatEIP712 {
		run.recover()
	} else if err := run.jws(ctx); err != nil {
		return nil, err
	}
	if st.Receipt != nil {
		run.chain(ctx, st.Receipt)
	}
	if s.Format == FormatEIP712 {
		run.signer(ctx) // after the chain: the recipient of the payment may be the signer
	}
	if st.Offer != nil {
		run.quote(st.Offer)
	}
	return run.report.close(), nil
}

func (v *verification) now() time.Time {
	if v.Clock != nil {
		return v.Clock()
	}
	return time.Now()
}

func (v *verification) time() {
	now := v.now()
	if o := v.statement.Offer; o != nil {
		switch {
		case o.ValidUntil.IsZero():
			v.report.add(CheckTime, Passed, "the offer has no end")
		case !now.Before(o.ValidUntil):
			v.report.add(CheckTime, Failed, "the offer ended at "+o.ValidUntil.Format(time.RFC3339))
		default:
			v.report.add(CheckTime, Passed, "the offer holds until "+o.ValidUntil.Format(time.RFC3339))
		}
		return
	}
	at := v.statement.Receipt.IssuedAt
	if at.After(now.Add(maxSkew)) {
		v.report.add(CheckTime, Failed, "it was issued in the future, at "+at.Format(time.RFC3339))
		return
	}
	v.report.add(CheckTime, Passed, "it was issued at "+at.Format(time.RFC3339))
}

// recover checks an EIP-712 signature. It always recovers to some account, so the
// signature alone is no proof: the account must belong to the server.
func (v *verification) recover() {
	account, err := recoverEIP712(v.statement, v.signed.Signature)
	if err != nil {
		v.report.add(CheckSignature, Failed, err.Error())
		return
	}
	v.account, v.report.Signer = account, account.Hex()
	v.report.add(CheckSignature, Passed, "it recovers to the account "+account.Hex()+" (EIP-712)")
}

// signer checks the account of an EIP-712 signature. The resource's server must publish
// it. If that server publishes no keys, the account that is paid counts as the server's,
// as section 4.5.1 allows: then anybody who was paid could have named this resource.
func (v *verification) signer(ctx context.Context) {
	if v.account == (common.Address{}) {
		v.report.add(CheckKey, Unchecked, "there is no signer")
		return
	}
	if v.published(ctx, "the account "+v.account.Hex()) || !v.isPaid(v.account) {
		return
	}
	v.report.Checks = v.report.Checks[:len(v.report.Checks)-1]
	v.report.add(CheckKey, Passed, "the account is the one that is paid; "+v.resource.Host+" publishes no keys that would confirm that it is its account")
}

// isPaid reports whether the account is the recipient of the payment: the payTo of an
// offer, or of a transfer from the payer in the receipt's transaction.
func (v *verification) isPaid(account common.Address) bool {
	if o := v.statement.Offer; o != nil {
		return isAddress(o.PayTo) && common.HexToAddress(o.PayTo) == account
	}
	if v.tx == nil || v.tx.Reverted {
		return false
	}
	for _, t := range v.tx.Transfers {
		if t.Known && t.From == common.HexToAddress(v.statement.Receipt.Payer) && t.To == account && t.From != account && t.Amount.Sign() > 0 {
			return true
		}
	}
	return false
}

// jws checks a JWS: the key that kid names, and the signature with it.
func (v *verification) jws(ctx context.Context) error {
	j, err := parseJWS(v.signed.Signature)
	if err != nil {
		return err
	}
	if v.kid, err = parseKid(j.kid); err != nil {
		return err
	}
	v.report.Signer = v.kid.String()
	if v.kid.method == "web" {
		return v.web(ctx, j)
	}
	if v.key, err = v.kid.inline(); err != nil {
		return err
	}
	if v.signature(j) {
		v.published(ctx, "this key")
	} else {
		v.report.add(CheckKey, Unchecked, "the signature is not this key's")
	}
	return nil
}

// signature reports whether the signature is the key's.
func (v *verification) signature(j *jws) bool {
	if err := v.key.verify(j.alg, []byte(j.signed), j.signature); err != nil {
		v.report.add(CheckSignature, Failed, err.Error())
		return false
	}
	v.report.add(CheckSignature, Passed, fmt.Sprintf("it is that of the key %s (%s)", v.kid, j.alg))
	return true
}

// web checks a JWS with a key of did:web. The DID must be of the resource's host. No
// other host is asked: a statement must not choose where we connect to.
func (v *verification) web(ctx context.Context, j *jws) error {
	host, path, err := v.kid.host()
	if err != nil {
		return err
	}
	if !sameHost(host, v.resource.Host) || path != "" && !strings.HasPrefix(v.resource.Path, "/"+path+"/") {
		v.report.add(CheckSignature, Unchecked, "the key is not of the resource's server, which is the only one that is asked")
		v.report.add(CheckKey, Failed, fmt.Sprintf("the key belongs to %s, and the resource to %s", strings.TrimSuffix(host+"/"+path, "/"), v.resource.Host))
		return nil
	}
	d, err := v.document(ctx, v.kid.did(), path)
	if err != nil {
		v.report.add(CheckSignature, Unchecked, "the key is not known")
		v.report.add(CheckKey, Unchecked, err.Error())
		return nil
	}
	if v.key, err = d.key(v.kid, j.alg); err != nil {
		v.report.add(CheckSignature, Unchecked, "the key is not known")
		v.report.add(CheckKey, Failed, err.Error())
		return nil
	}
	if v.signature(j) {
		v.report.add(CheckKey, Passed, v.resource.Host+" publishes the key")
	} else {
		v.report.add(CheckKey, Unchecked, "the signature is not this key's")
	}
	return nil
}

// published checks whether the resource's server publishes the key or the account. It
// returns false if that server certainly publishes no keys.
func (v *verification) published(ctx context.Context, what string) bool {
	d, err := v.document(ctx, webDID(v.resource.Host), "")
	var status *StatusError
	switch {
	case errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusGone):
		v.report.add(CheckKey, Unchecked, v.resource.Host+" publishes no keys, so "+what+" cannot be linked to it")
		return false
	case err != nil:
		v.report.add(CheckKey, Unchecked, err.Error())
	case d.publishes(v.key, v.account):
		v.report.add(CheckKey, Passed, v.resource.Host+" publishes "+what)
	default:
		v.report.add(CheckKey, Failed, v.resource.Host+" does not publish "+what)
	}
	return true
}

// document returns the DID document of the resource's server, or of a path on it.
func (v *verification) document(ctx context.Context, did, path string) (*document, error) {
	if v.Own != nil && path == "" && sameHost(v.Own.host, v.resource.Host) {
		return v.Own.own, nil
	}
	if v.Fetch == nil {
		return nil, fmt.Errorf("the keys of %s were not requested", v.resource.Host)
	}
	at := url.URL{Scheme: "https", Host: v.resource.Host, Path: "/.well-known/did.json"}
	if v.resource.Scheme == "http" {
		at.Scheme = "http" // which Web refuses, unless the host is this machine's and allowed
	}
	if path != "" {
		at.Path = "/" + path + "/did.json"
	}
	data, err := v.Fetch(ctx, at.String())
	if err != nil {
		return nil, fmt.Errorf("the keys of %s could not be read: %w", v.resource.Host, err)
	}
	return readDocument(data, did)
}
