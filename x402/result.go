package x402

import (
	"encoding/json"
	"net/http"
)

// ParseSettleResponse decodes the receipt header of either version. It returns nil if
// there is no readable one. A version 1 receipt is returned in version 2's form; its
// reason keeps version 1's spelling.
func ParseSettleResponse(header http.Header) *SettleResponse {
	if s := (SettleResponse{}); decodeReceipt(header.Get(HeaderPaymentResponse), &s) {
		return &s
	}
	if s := (SettleResponseV1{}); decodeReceipt(header.Get(HeaderXPaymentResponse), &s) {
		v2 := s.v2()
		return &v2
	}
	return nil
}

func decodeReceipt(value string, into any) bool {
	data, ok := decodeBase64(value)
	return ok && value != "" && json.Unmarshal(data, into) == nil
}
