package x402

// A Reason explains why a payment was not accepted, in the spelling of protocol version
// 2. Reason.V1 returns the spelling of version 1.
type Reason string

// The reasons, in version 2's newest spelling. Clients show them and should not branch
// on them, since implementations differ.
const (
	ReasonScheme         Reason = "invalid_exact_evm_scheme"
	ReasonNetwork        Reason = "invalid_exact_evm_network_mismatch"
	ReasonRequirement    Reason = "invalid_payment_requirements" // asset, flow or an extra key differs from our requirement
	ReasonMissingDomain  Reason = "invalid_exact_evm_missing_eip712_domain"
	ReasonTokenName      Reason = "invalid_exact_evm_token_name_mismatch"
	ReasonTokenVersion   Reason = "invalid_exact_evm_token_version_mismatch"
	ReasonRecipient      Reason = "invalid_exact_evm_recipient_mismatch"
	ReasonValue          Reason = "invalid_exact_evm_payload_authorization_value_mismatch"
	ReasonValidAfter     Reason = "invalid_exact_evm_payload_authorization_valid_after"
	ReasonValidBefore    Reason = "invalid_exact_evm_payload_authorization_valid_before"
	ReasonPayload        Reason = "invalid_payload"
	ReasonSignature      Reason = "invalid_exact_evm_signature"
	ReasonFactory        Reason = "eip6492_factory_not_allowed"
	ReasonBalance        Reason = "invalid_exact_evm_insufficient_balance"
	ReasonNonceUsed      Reason = "invalid_exact_evm_nonce_already_used"
	ReasonBarred         Reason = "invalid_exact_evm_payload_authorization_from_address_kyt" // as Coinbase's facilitator spells it
	ReasonNotEIP3009     Reason = "invalid_exact_evm_eip3009_not_supported"
	ReasonNoAsset        Reason = "asset_not_deployed_contract"
	ReasonSimulation     Reason = "invalid_exact_evm_transaction_simulation_failed"
	ReasonTransaction    Reason = "invalid_exact_evm_transaction_failed"
	ReasonPending        Reason = "settlement_pending"       // not final: the same payment may be sent again
	ReasonForeignNetwork Reason = "invalid_network"          // not the network of this facilitator
	ReasonVersion        Reason = "invalid_x402_version"     // of the protocol
	ReasonUnsettled      Reason = "settlement_not_supported" // this facilitator settles no payments of that kind now
	ReasonVerifyInternal Reason = "unexpected_verify_error"
	ReasonSettleInternal Reason = "unexpected_settle_error"
)

// Curable reports whether a new signature of the same payer may be accepted: another
// amount, recipient, domain, window or nonce. Otherwise a 402 with a price would only
// make clients sign again.
func (r Reason) Curable() bool {
	switch r {
	case ReasonMissingDomain, ReasonTokenName, ReasonTokenVersion, ReasonRecipient, ReasonValue,
		ReasonValidAfter, ReasonValidBefore, ReasonSignature, ReasonNonceUsed, ReasonTransaction:
		return true
	}
	return false
}

// A RefusedError means that a well-formed payment is not accepted. The answer is 402 with
// the reason, and with a price only if a new signature may help; see [Reason.Curable].
type RefusedError struct {
	Reason Reason
	Detail string // a sentence for people; of the payer's input it repeats only numbers and addresses
}

func (e *RefusedError) Error() string {
	if e.Detail == "" {
		return string(e.Reason)
	}
	return string(e.Reason) + ": " + e.Detail
}
