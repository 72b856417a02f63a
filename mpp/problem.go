package mpp

// A Kind is the kind of a refusal.
type Kind string

// The kinds of the drafts.
const (
	PaymentRequired     Kind = "payment-required"
	PaymentInsufficient Kind = "payment-insufficient"
	PaymentExpired      Kind = "payment-expired"
	VerificationFailed  Kind = "verification-failed"
	MalformedCredential Kind = "malformed-credential"
	InvalidChallenge    Kind = "invalid-challenge"
	MethodUnsupported   Kind = "method-unsupported"
)

var titles = map[Kind]string{
	PaymentRequired:     "Payment Required",
	PaymentInsufficient: "Payment Insufficient",
	PaymentExpired:      "Payment Expired",
	VerificationFailed:  "Verification Failed",
	MalformedCredential: "Malformed Credential",
	InvalidChallenge:    "Invalid Challenge",
	MethodUnsupported:   "Method Unsupported",
}

// Type returns the URI that is the type of the kind's problem.
func (k Kind) Type() string { return "https://paymentauth.org/problems/" + string(k) }

// Status returns the kind's HTTP status: 400 for MethodUnsupported, else 402.
func (k Kind) Status() int {
	if k == MethodUnsupported {
		return 400
	}
	return 402
}

// ContentType is the media type of a Problem.
const ContentType = "application/problem+json"

// A Problem is the body of a refusal (RFC 9457).
type Problem struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Status      int    `json:"status"`
	Detail      string `json:"detail,omitempty"`
	ChallengeID string `json:"challengeId,omitempty"` // the id of the challenge in the same answer
}

// Problem returns the kind's problem. The detail is a sentence for people.
func (k Kind) Problem(detail, challengeID string) Problem {
	return Problem{k.Type(), titles[k], k.Status(), detail, challengeID}
}

// An Error means that a credential is not accepted. The payment was not claimed.
type Error struct {
	Kind   Kind
	Detail string // for people; it repeats nothing that the payer sent
}

// Error returns the kind and the detail.
func (e *Error) Error() string { return string(e.Kind) + ": " + e.Detail }
