package x402

// A Reason is why a payment was not accepted, spelled as version 2 of the
// protocol spells it. Reason.V1 is version 1's word for it.
type Reason string

// The reasons, in version 2's newest spelling. Clients show them and should not
// branch on them: implementations differ.
const (
	ReasonScheme         Reason = "invalid_exact_evm_scheme"
	ReasonNetwork        Reason = "invalid_exact_evm_network_mismatch"
	ReasonRequirement    Reason = "invalid_payment_requirements" // asset, flow or an extra key differs from what was asked
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
	ReasonNotEIP3009     Reason = "invalid_exact_evm_eip3009_not_supported"
	ReasonNoAsset        Reason = "asset_not_deployed_contract"
	ReasonSimulation     Reason = "invalid_exact_evm_transaction_simulation_failed"
	ReasonTransaction    Reason = "invalid_exact_evm_transaction_failed"
	ReasonPending        Reason = "settlement_pending" // not final: the same payment may be sent again
	ReasonVerifyInternal Reason = "unexpected_verify_error"
	ReasonSettleInternal Reason = "unexpected_settle_error"
)

// A RefusedError says that a well-formed payment is not one we take. A new
// signature may cure it, so the answer is 402 with the reason.
type RefusedError struct {
	Reason Reason
	Detail string // a sentence for people; holds nothing the payer chose but numbers and addresses
}

func (e *RefusedError) Error() string {
	if e.Detail == "" {
		return string(e.Reason)
	}
	return string(e.Reason) + ": " + e.Detail
}
