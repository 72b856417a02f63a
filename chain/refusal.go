package chain

import (
	"errors"
	"math/big"
	"net/http"
	"regexp"
	"strings"

	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// refusals maps phrases of nodes to refusal classes. The phrases are in lower case and
// without spaces, since clients differ in both. The first match in the message decides,
// so a special case stands before a general one.
var refusals = []struct {
	class mint.RefusalClass
	words []string
}{
	{mint.RateLimited, []string{"ratelimit", "toomanyrequests", "requestlimit", "requestrate", "computeunits", "dailyrequestcount", "throughputexceeded"}},

	// Another transaction has the account nonce. These come before "underpriced", which
	// they contain.
	{mint.Outbid, []string{"replacementtransactionunderpriced", "replacementunderpriced", "replacementnotallowed", "couldnotreplaceexisting",
		"replacementtransaction", "notenoughtoreplace", "futuretransactiontriestoreplacepending", "transaction_replacement_underpriced"}},
	{mint.NonceUsed, []string{"noncetoolow", "oldnonce", "nonce_too_low", "noncehasalreadybeenused", "nonceisalreadyused", "invalidnonce;got"}},
	{mint.NonceGap, []string{"noncetoohigh", "noncegap", "noncetoofar", "toodistantfromcurrentsendernonce", "nonce_too_far", "gapped-nonce", "inflighttransactionlimit"}},

	{mint.NodeFeeCap, []string{"exceedstheconfiguredcap", "transactionfeecapexceeded", "tx_feecap_exceeded", "feecapexceeded", "exceedsthefeecap"}},
	{mint.Oversized, []string{"oversizeddata", "maxtxsizeexceeded", "txsizeexceeded", "rlptoolong", "transactiontoolarge", "exceedsmaxsize", "exceedsmaximumsize",
		"transactionsizelimit", "maxinitcodesize", "initcodetoolarge", "initcodesizeexceeds", "calldatatoolarge", "exceededtotalcalldata", "sizeexceeds"}},
	{mint.BadGas, []string{"intrinsicgas", "floordatagas", "floorcost", "gasfloor", "exceedsblockgaslimit", "exceedstheblockgaslimit", "gaslimitexceeded", "gaslimittoohigh",
		"gaslimitistoobig", "gaslimitistoohigh", "maxtxgaslimit", "txgaslimitcap", "txgaslimitexceeded", "txgaslimitisgreater", "gaslimitisgreaterthan",
		"exceedsmaximumgaslimit", "gaslimitexceedsthemax", "exceedsmaxtransactiongaslimit", "exceedstransactiongascap", "gasuint64overflow", "gaslimitcap",
		"gasrequiredexceedsallowance"}},
	{mint.BadKind, []string{"transactiontypenotsupported", "notsupportedtxtype", "unsupportedtxtype", "unsupportedtransactiontype", "invalidtransactiontype",
		"txtypenotsupported", "onlyreplay-protected", "eip-1559notsupported", "invalidtransactionformat"}},
	{mint.BadSender, []string{"invalidsender", "invalidchainid", "invalidtxchainid", "wrongchainid", "chainidmismatch", "invalidsignature", "invalidtxsignature", "failedtoresolvesender",
		"senderiscontract", "sendernotaneoa", "senderisnotaneoa", "senderisnotanexternally", "notauthorizedtosend", "incorrectchainid", "senderaccountnotauthorized"}},

	{mint.NoFunds, []string{"insufficientfunds", "insufficientbalance", "upfrontcostexceeds", "exceedsaccountbalance", "causeoverdraft", "notenoughfunds"}},
	{mint.Underpriced, []string{"underpriced", "feetoolow", "belowconfiguredminimum", "lessthanblockbasefee", "lessthanthecurrentbasefee", "belowbasefee", "belowtheblockbasefee",
		"feecaplessthan", "maxfeepergastoolow", "tipneeded", "gaspricetoolow", "minimumgasprice", "poolminimumfee", "feetoolowtocompete", "minimumneeded"}},
	{mint.PoolFull, []string{"poolisfull", "pooloverflow", "queueisfull", "accountlimitexceeded", "sub-poolisfull", "exceedsthemaximumnumberofpending"}},
}

// classify converts one node's answer to a transaction.
func classify(err error) *mint.Refusal {
	var (
		answered rpc.Error
		status   rpc.HTTPError
	)
	r := &mint.Refusal{Class: mint.Unheard, Err: err}
	switch {
	case errors.As(err, &status):
		if status.StatusCode == http.StatusTooManyRequests {
			r.Class = mint.RateLimited
		}
		return r
	case !errors.As(err, &answered):
		return r
	case answered.ErrorCode() == http.StatusTooManyRequests:
		r.Class = mint.RateLimited
		return r
	}
	r.Class = mint.Unknown
	text := squeeze(answered.Error())
	for _, known := range refusals {
		for _, words := range known.words {
			if strings.Contains(text, words) {
				r.Class = known.class
				if r.Class == mint.Underpriced {
					r.MinTip, r.MinCap = minimums(answered.Error())
				}
				return r
			}
		}
	}
	return r
}

func squeeze(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

// The amounts in an answer about fees. A node gives the minimum tip or the minimum
// price, or the base fee, which is the minimum fee cap.
var (
	leastInWords = regexp.MustCompile(`(?i)(?:minimum needed|tip needed|minimum fee cap|minimum gas price|at least|minimum|min)[^0-9]{0,24}([0-9]+(?:\.[0-9]+)?)\s*(gwei)?`)
	baseInWords  = regexp.MustCompile(`(?i)base\s*fee(?: per gas)?\s*[:=]?\s*([0-9]+)`)
)

// minimums parses the minimum fees in an answer. Values that make no sense are left
// out; the engine has its own limits.
func minimums(text string) (tip, feeCap *big.Int) {
	if m := leastInWords.FindStringSubmatch(text); m != nil {
		tip = inWei(m[1], m[2] != "")
	}
	if m := baseInWords.FindStringSubmatch(text); m != nil {
		if base := inWei(m[1], false); base != nil {
			feeCap = base.Lsh(base, 1)
		}
	}
	return tip, feeCap
}

func inWei(figure string, isGwei bool) *big.Int {
	r, ok := new(big.Rat).SetString(figure)
	if !ok || len(figure) > 30 {
		return nil
	}
	if isGwei {
		r.Mul(r, new(big.Rat).SetInt64(1_000_000_000))
	}
	return new(big.Int).Quo(r.Num(), r.Denom())
}

// refusalOf combines the answers of several nodes. Nodes that did not answer, or were
// rate limited, do not count if another did answer. Advice takes precedence over a
// verdict, and advice about fees comes first, since we can act on it; of the prices,
// the lowest counts.
func refusalOf(answers []error, err error) *mint.Refusal {
	var all, heard []*mint.Refusal
	for _, a := range answers {
		r := classify(a)
		all = append(all, r)
		if r.Class != mint.Unheard && r.Class != mint.RateLimited {
			heard = append(heard, r)
		}
	}
	together := mint.Refusal{Class: mint.Unheard, Err: err}
	if len(heard) == 0 {
		if len(all) > 0 {
			together.Class = all[0].Class
		}
		return &together
	}
	together.Class = heard[0].Class
	for _, r := range heard {
		if !r.Class.Verdict() && (together.Class.Verdict() || r.Class == mint.Underpriced) {
			together.Class = r.Class
		}
	}
	for _, r := range heard {
		if r.Class == mint.Underpriced {
			together.MinTip, together.MinCap = lowest(together.MinTip, r.MinTip), lowest(together.MinCap, r.MinCap)
		}
	}
	return &together
}

func lowest(a, b *big.Int) *big.Int {
	if a == nil || b != nil && b.Cmp(a) < 0 {
		return b
	}
	return a
}
