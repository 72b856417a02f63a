package x402

import (
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// SchemeExact is the only supported scheme: pay exactly the amount.
const SchemeExact = "exact"

// Payment flows, extra.paymentFlow: whether the payment settles before or after the
// work is done. A client must not pay in a flow that it does not know.
const (
	FlowAuthorization = "authorization" // verify, work, settle; the default when absent
	FlowUpfront       = "upfront"       // settle first: the work cannot be undone
)

// ExtensionOfferReceipt is the name of the extension of signed offers and receipts.
const ExtensionOfferReceipt = "offer-receipt"

// A PaymentRequired is a 402 in version 2. Its V1 method makes the accompanying body.
type PaymentRequired struct {
	X402Version int           `json:"x402Version"` // 2
	Error       string        `json:"error,omitempty"`
	Resource    Resource      `json:"resource"`
	Accepts     []Requirement `json:"accepts"`

	// Extensions are the server's additions, by name. Clients echo them.
	Extensions map[string]any `json:"extensions,omitempty"`
	// OutputSchema describes input and output in version 1, which has no extensions. V1
	// copies it into each entry. It is nil, or a JSON object.
	OutputSchema any `json:"-"`
}

// NewPaymentRequired asks for one of the requirements; the preferred one is first. The
// message may be empty.
func NewPaymentRequired(message string, resource Resource, accepts ...Requirement) PaymentRequired {
	if accepts == nil {
		accepts = []Requirement{}
	}
	return PaymentRequired{X402Version: 2, Error: message, Resource: resource, Accepts: accepts}
}

// A Resource describes the thing that is paid for. URL is absolute and comes from the
// server's configuration, never from a request's Host.
type Resource struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
	MimeType    string `json:"mimeType,omitempty"`

	*Service // what catalogues show; nil: nothing
}

// A Service is what catalogues show of the service that a resource belongs to. Each text
// is at most 32 characters of printable ASCII, there are at most 5 tags, and the icon is
// a URL with a host name, not an address or localhost: catalogues drop anything else.
type Service struct {
	ServiceName string   `json:"serviceName,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	IconURL     string   `json:"iconUrl,omitempty"`
}

// A Requirement is one way to pay. In JSON, integers are decimal strings and addresses
// have their checksum (version 1 clients prefer assets by exact case); only
// maxTimeoutSeconds is a number.
type Requirement struct {
	Scheme            string
	Network           string   // CAIP-2: "eip155:8453"
	Amount            *big.Int // base units of the asset
	Asset             common.Address
	PayTo             common.Address
	MaxTimeoutSeconds int
	Extra             Extra
}

// Extra has the scheme's additions to a requirement. Name and Version are the asset's
// EIP-712 domain. Clients cannot sign without them.
type Extra struct {
	Name                string `json:"name"`
	Version             string `json:"version"`
	PaymentFlow         string `json:"paymentFlow,omitempty"`
	AssetTransferMethod string `json:"assetTransferMethod,omitempty"` // absent means "eip3009"
	// PrimaryType is the EIP-712 type that is signed; absent means that of EIP-3009. Clients
	// that read the asset's ABI to find it would ask a server of theirs without it.
	PrimaryType string `json:"primaryType,omitempty"`
}

// PrimaryTransfer is the EIP-712 type of the transfers that scheme exact signs (EIP-3009).
const PrimaryTransfer = "TransferWithAuthorization"

type requirementJSON struct {
	Scheme            string `json:"scheme"`
	Network           string `json:"network"`
	Amount            string `json:"amount"`
	Asset             string `json:"asset"`
	PayTo             string `json:"payTo"`
	MaxTimeoutSeconds int    `json:"maxTimeoutSeconds"`
	Extra             Extra  `json:"extra"`
}

// MarshalJSON encodes the entry of a version 2 accepts array.
func (r Requirement) MarshalJSON() ([]byte, error) {
	amount, err := decimal(r.Amount)
	if err != nil {
		return nil, fmt.Errorf("requirement amount: %w", err)
	}
	return Marshal(requirementJSON{r.Scheme, r.Network, amount, r.Asset.Hex(), r.PayTo.Hex(), r.MaxTimeoutSeconds, r.Extra})
}

// UnmarshalJSON decodes an entry for an EVM chain, as strictly as a payment. An entry
// for another kind of chain is an error.
func (r *Requirement) UnmarshalJSON(data []byte) error {
	read, err := decodeRequirement(data)
	if err != nil {
		return fmt.Errorf("read requirement: %w", err)
	}
	*r = read
	return nil
}

// A Payload is a version 2 payment. Accepted, Resource and Extensions are the server's
// own bytes, echoed exactly, because some servers compare them deeply.
type Payload struct {
	X402Version int             `json:"x402Version"` // 2
	Resource    json.RawMessage `json:"resource,omitempty"`
	Accepted    json.RawMessage `json:"accepted"`
	Payload     ExactPayload    `json:"payload"`
	Extensions  json.RawMessage `json:"extensions,omitempty"`
}

// An ExactPayload is the payload of the exact scheme, in both versions.
type ExactPayload struct {
	Signature     hexutil.Bytes `json:"signature"`
	Authorization Authorization `json:"authorization"`
}

type authorizationJSON struct {
	From        string `json:"from"`
	To          string `json:"to"`
	Value       string `json:"value"`
	ValidAfter  string `json:"validAfter"`
	ValidBefore string `json:"validBefore"`
	Nonce       string `json:"nonce"`
}

// MarshalJSON encodes the authorization as payments carry it.
func (a Authorization) MarshalJSON() ([]byte, error) {
	j := authorizationJSON{From: a.From.Hex(), To: a.To.Hex(), Nonce: a.Nonce.Hex()}
	var err error
	if j.Value, err = decimal(a.Value); err != nil {
		return nil, fmt.Errorf("authorization value: %w", err)
	}
	if j.ValidAfter, err = decimal(a.ValidAfter); err != nil {
		return nil, fmt.Errorf("authorization validAfter: %w", err)
	}
	if j.ValidBefore, err = decimal(a.ValidBefore); err != nil {
		return nil, fmt.Errorf("authorization validBefore: %w", err)
	}
	return Marshal(j)
}

// UnmarshalJSON decodes one authorization, as strictly as DecodePayment does.
func (a *Authorization) UnmarshalJSON(data []byte) error {
	read, err := decodeAuthorization(data)
	if err != nil {
		return err
	}
	*a = read
	return nil
}

// A SettleResponse is the receipt header of version 2, sent after any attempt to
// settle. Transaction and Network are always present.
type SettleResponse struct {
	Success      bool   `json:"success"`
	ErrorReason  Reason `json:"errorReason,omitempty"`
	ErrorMessage string `json:"errorMessage,omitempty"`
	Transaction  string `json:"transaction"` // 0x and 64 hex digits, or "" when nothing was broadcast
	Network      string `json:"network"`     // CAIP-2
	Payer        string `json:"payer,omitempty"`
	Amount       string `json:"amount,omitempty"`
	// Extensions are the server's additions, by name, such as a signed receipt.
	Extensions map[string]any `json:"extensions,omitempty"`
}

func decimal(n *big.Int) (string, error) {
	if n == nil || n.Sign() < 0 || n.BitLen() > 256 {
		return "", fmt.Errorf("%v is not a uint256", n)
	}
	return n.String(), nil
}

func parseAddress[text string | []byte](s text) (common.Address, bool) {
	if len(s) != 42 || s[0] != '0' || s[1] != 'x' {
		return common.Address{}, false
	}
	var a common.Address
	return a, decodeHex(a[:], s[2:])
}

func parseHash[text string | []byte](s text) (common.Hash, bool) {
	if len(s) != 66 || s[0] != '0' || s[1] != 'x' {
		return common.Hash{}, false
	}
	var h common.Hash
	return h, decodeHex(h[:], s[2:])
}
