package chain

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/factories"
)

// Revert is the error of a call that the contract refused. Its text is a sentence for
// people; Name is the Solidity error ("SoldOut", "Error" for a revert string, "" if
// unknown).
type Revert struct {
	Name   string
	Data   []byte // ABI-encoded, selector first
	Reason string
}

func (r *Revert) Error() string { return r.Reason }

// Term returns the term that a launch's constructor refused, in the contract's
// spelling. ok is false if the revert has another reason.
func (r *Revert) Term() (term string, ok bool) {
	if r.Name != "InvalidTerm" {
		return "", false
	}
	decoded, err := launchABI.UnpackError(r.Data)
	if err != nil {
		return "", false
	}
	e, ok := decoded.(*bindings.LaunchInvalidTerm)
	if !ok {
		return "", false
	}
	return plain(e.Term), true
}

// newRevert decodes revert data.
func newRevert(data []byte) *Revert {
	return &Revert{Name: errorName(data), Data: data, Reason: sentence(data)}
}

// asRevert returns a *Revert if a node's error is that of a reverted execution, and err
// otherwise.
func asRevert(err error) error {
	if err == nil {
		return nil
	}
	var withData rpc.DataError
	if errors.As(err, &withData) {
		if data, ok := revertData(withData.ErrorData()); ok {
			return newRevert(data)
		}
	}
	var answered rpc.Error
	if errors.As(err, &answered) && strings.Contains(strings.ToLower(answered.Error()), "revert") {
		return newRevert(nil)
	}
	return err
}

// revertData finds the bytes in the data field of a node's error: a hex string, one
// after a word ("Reverted 0x…"), or an object with a field data.
func revertData(v any) ([]byte, bool) {
	switch v := v.(type) {
	case string:
		i := strings.Index(v, "0x")
		if i < 0 {
			return nil, false
		}
		data, err := hexutil.Decode(v[i:])
		return data, err == nil
	case map[string]any:
		return revertData(v["data"])
	}
	return nil, false
}

// errorID returns the selector of a custom error.
func errorID(name string) [4]byte {
	e, ok := launchSpec.Errors[name]
	if !ok {
		panic("chain: the launch has no error " + name)
	}
	return [4]byte(e.ID[:4])
}

// notAttempted marks an item of a batch that the gas did not reach.
var notAttempted = [4]byte{0xff, 0xff, 0xff, 0xff}

// undeployed marks an item of a simulation whose payer has no code after its factory's call.
var undeployed = [4]byte{0xff, 0xff, 0xff, 0xfe}

var refused, hasCode = errorID("PaymentRefused"), errorID("HasCode")

// brief has the text of each error where only the selector is known, as in the answer
// of a batch.
var brief = map[[4]byte]string{
	{}:                             "",
	notAttempted:                   "the batch's gas did not reach it",
	undeployed:                     fmt.Sprintf("the call of the factory deploys no wallet at the payer's address, or needs more than %d gas", factories.Gas),
	refused:                        "the asset refused the payment",
	errorID("SoldOut"):             "sold out",
	hasCode:                        "the payer got code after its payment was taken",
	errorID("NotOpen"):             "not open yet",
	errorID("Closed"):              "closed",
	errorID("EnforcedPause"):       "paused",
	errorID("QuantityOutOfRange"):  "the quantity is more than one payment may buy",
	errorID("Insolvent"):           "the launch holds no money for it",
	errorID("Unpaid"):              "the asset paid less than it reported",
	errorID("AlreadySpent"):        "minted or refunded before",
	errorID("WrongHistory"):        "not the payer's history",
	errorID("NotFolded"):           "a part of the payer's history was not read before",
	errorID("OtherBranch"):         "the block that it relies on was replaced by a reorg, or is too new or too old to be looked up",
	errorID("Mintable"):            "the minter refunds only what cannot be minted",
	errorID("NotBlacklisted"):      "the treasury is not blacklisted, so it cannot be replaced",
	errorID("Protected"):           "this token cannot be rescued",
	errorID("NotSettled"):          "the asset does not know the authorization as used",
	errorID("Unauthorized"):        "the caller may not do this",
	errorID("NotAttempted"):        "the gas did not reach the whole batch",
	errorID("LengthMismatch"):      "the lists differ in length",
	errorID("InvalidTerm"):         "a term is invalid",
	errorID("InvalidSignature"):    "invalid signature",
	errorID("InvalidAccountNonce"): "wrong permit nonce",
}

func errorName(data []byte) string {
	switch {
	case len(data) < 4:
		return ""
	case bytes.Equal(data[:4], errorString):
		return "Error"
	case bytes.Equal(data[:4], panicCode):
		return "Panic"
	}
	if e, err := launchSpec.ErrorByID([4]byte(data)); err == nil {
		return e.Name
	}
	return ""
}

var errorString, panicCode = []byte{0x08, 0xc3, 0x79, 0xa0}, []byte{0x4e, 0x48, 0x7b, 0x71}

// sentence explains in words why a launch, or its asset, refused.
func sentence(data []byte) string {
	switch errorName(data) {
	case "":
		if len(data) < 4 {
			return "reverted without a reason"
		}
		return "reverted with 0x" + hex.EncodeToString(data[:4])
	case "Error", "Panic":
		if reason, err := abi.UnpackRevert(data); err == nil {
			return plain(reason)
		}
		// The launch cuts reasons after 260 bytes.
		return plain(cutString(data))
	}
	decoded, err := launchABI.UnpackError(data)
	if err != nil {
		decoded = nil // cut short: the selector still identifies it
	}
	switch e := decoded.(type) {
	case *bindings.LaunchSoldOut:
		if e.Left.Sign() > 0 {
			return fmt.Sprintf("only %s left", e.Left)
		}
	case *bindings.LaunchNotOpen:
		return "not open before " + moment(e.OpensAt)
	case *bindings.LaunchClosed:
		return "closed since " + moment(e.ClosesAt)
	case *bindings.LaunchQuantityOutOfRange:
		return fmt.Sprintf("quantity %s is not from 1 to %s", e.Quantity, e.Limit)
	case *bindings.LaunchPaymentRefused:
		if len(e.Reason) == 0 {
			return "the asset refused the payment without a reason: its gas ran out, or the wallet's signature check failed"
		}
		return "the asset refused the payment: " + sentence(e.Reason)
	case *bindings.LaunchNotAttempted:
		return fmt.Sprintf("the gas reached %s of %s payments", e.Attempted, e.AtLeast)
	case *bindings.LaunchInsolvent:
		return fmt.Sprintf("%s is owed and only %s was received", e.Owed, e.Received)
	case *bindings.LaunchUnpaid:
		return fmt.Sprintf("the asset paid %s, and reported that it paid %s", e.Received, e.Owed)
	case *bindings.LaunchMintable:
		return fmt.Sprintf("the minter refunds only what cannot be minted, and %s allotments still can", e.Left)
	case *bindings.LaunchNotFolded:
		return "no part of the payer's history that hashes to " + word(e.Prefix).Hex() + " was read for " + word(e.Id).Hex()
	case *bindings.LaunchAlreadySpent:
		return "minted or refunded before: " + word(e.Id).Hex()
	case *bindings.LaunchWrongHistory:
		return "not the payer's history, which hashes to " + word(e.Chain).Hex()
	case *bindings.LaunchNotSettled:
		return "the asset does not know the authorization as used: " + word(e.Id).Hex()
	case *bindings.LaunchUnauthorized:
		return e.Caller.Hex() + " may not do this"
	case *bindings.LaunchInvalidTerm:
		return "invalid term: " + plain(e.Term)
	}
	if s := brief[[4]byte(data)]; s != "" {
		return s
	}
	return errorName(data)
}

// cutString returns the part of an Error(string) that was not cut off.
func cutString(data []byte) string {
	const head = 4 + 32 + 32
	if len(data) <= head {
		return ""
	}
	return string(bytes.TrimRight(data[head:], "\x00"))
}

// plain makes a contract's text short and printable. An asset, or a wallet through it,
// chooses the text.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	if len(s) > 200 {
		s = s[:200] + "..."
	}
	if s == "" {
		return "reverted without a reason"
	}
	return s
}

// moment formats Unix seconds as a time, or as a number if they are out of range.
func moment(seconds *big.Int) string {
	if !seconds.IsInt64() || seconds.Int64() > 1<<38 {
		return seconds.String()
	}
	return time.Unix(seconds.Int64(), 0).UTC().Format(time.RFC3339)
}

// hexAddress returns an address as a topic.
func hexAddress(a common.Address) common.Hash { return common.BytesToHash(a[:]) }

// accountIn returns the account in an indexed topic. A contract left-pads it with zeros
// (Solidity ABI, "Encoding of Indexed Event Parameters"); other bytes there are not an
// account, and a node that sends them did not read them from an asset.
func accountIn(topic common.Hash) (a common.Address, ok bool) {
	a = common.BytesToAddress(topic[:])
	return a, hexAddress(a) == topic
}
