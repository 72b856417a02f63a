package farcaster

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

var keyPattern = regexp.MustCompile(`^0x([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$`)

// checkAssociation checks the signed statement that an account owns a domain: a JSON Farcaster
// signature. It verifies signatures of plain keys. Clients
// check those of contracts, and that the key is the account's: both need another chain.
func checkAssociation(value any, domain string) error {
	const field = "accountAssociation"
	parts, ok := value.(map[string]any)
	if !ok {
		return &FieldError{field, "an object with header, payload and signature, as Farcaster's developer tools write it"}
	}
	decoded := map[string][]byte{}
	for _, name := range []string{"header", "payload", "signature"} {
		text, _ := parts[name].(string)
		data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
		if err != nil || len(data) == 0 {
			return &FieldError{field + "." + name, "base64url"}
		}
		decoded[name] = data
	}
	var header struct {
		FID  uint64 `json:"fid"`
		Type string `json:"type"`
		Key  string `json:"key"`
	}
	if err := json.Unmarshal(decoded["header"], &header); err != nil || header.FID == 0 || !keyPattern.MatchString(header.Key) ||
		header.Type != "custody" && header.Type != "auth" && header.Type != "app_key" {
		return &FieldError{field + ".header", `{"fid":…,"type":"custody" or "auth","key":"0x…"} in base64url`}
	}
	var payload struct {
		Domain string `json:"domain"`
	}
	if err := json.Unmarshal(decoded["payload"], &payload); err != nil || payload.Domain != domain {
		return &FieldError{field + ".payload", `{"domain":"` + domain + `"} in base64url: the signature counts for one domain; sign again for this one`}
	}
	signature := decoded["signature"]
	if text, found := bytes.CutPrefix(signature, []byte("0x")); found { // older tools encode the digits
		if plain, err := hex.DecodeString(string(text)); err == nil {
			signature = plain
		}
	}
	if header.Type == "app_key" || len(signature) != crypto.SignatureLength {
		return nil
	}
	signature = bytes.Clone(signature)
	if signature[64] >= 27 {
		signature[64] -= 27
	}
	signed, _ := parts["header"].(string)
	rest, _ := parts["payload"].(string)
	public, err := crypto.SigToPub(accounts.TextHash([]byte(signed+"."+rest)), signature)
	if err != nil || crypto.PubkeyToAddress(*public) != common.HexToAddress(header.Key) {
		return &FieldError{field + ".signature", "the signature of " + header.Key + ", the header's key, over header and payload"}
	}
	return nil
}
