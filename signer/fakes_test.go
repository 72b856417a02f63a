package signer_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/signer"
)

var chainID = big.NewInt(84532)

// vault is a key that a fake signer has.
type vault struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	account common.Address
	high    bool // signatures of the KMS have s in the upper half
}

func newVault(t *testing.T) *vault {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return &vault{t: t, key: key, account: crypto.PubkeyToAddress(key.PublicKey)}
}

// transaction is a batch as the engine has it signed.
func transaction() *types.Transaction {
	to := common.HexToAddress("0x1111111111111111111111111111111111111111")
	return types.NewTx(&types.DynamicFeeTx{ChainID: chainID, Nonce: 7, To: &to, Gas: 400_000, GasFeeCap: big.NewInt(3e9), GasTipCap: big.NewInt(1e9), Data: []byte{1, 2, 3}})
}

// serve returns the URL of an HTTP server.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func parse(t *testing.T, text string) *signer.Signer {
	t.Helper()
	s, err := signer.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signs asserts that a signer signs a transaction such that its account is recovered.
func (v *vault) signs(s *signer.Signer) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.Open(ctx); err != nil {
		v.t.Fatal(err)
	}
	if s.Address() != v.account {
		v.t.Fatalf("the account is %s, not %s", s.Address(), v.account)
	}
	if err := s.Check(ctx); err != nil {
		v.t.Fatal(err)
	}
	tx, scheme := transaction(), types.LatestSignerForChainID(chainID)
	signature, err := s.Sign(ctx, chainID, tx)
	if err != nil {
		v.t.Fatal(err)
	}
	signed, err := tx.WithSignature(scheme, signature)
	if err != nil {
		v.t.Fatal(err)
	}
	if from, err := types.Sender(scheme, signed); err != nil || from != v.account {
		v.t.Fatalf("signed by %s, %v", from, err)
	}
}

// refuses asserts that a signer's signature is refused, with words in the error.
func refuses(t *testing.T, s *signer.Signer, words ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	signature, err := s.Sign(ctx, chainID, transaction())
	if err == nil || signature != nil {
		t.Fatalf("signed: %x", signature)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
	if len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("the error is long, or has several lines: %v", err)
	}
}

// request is a JSON-RPC request to Clef or Web3Signer.
type request struct {
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
}

// clef answers as Clef does. change changes the transaction that is signed; nil: nothing.
func (v *vault) clef(in io.Reader, change func(*types.DynamicFeeTx)) map[string]any {
	var r request
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return rpcError(-32700, "parse error")
	}
	switch r.Method {
	case "account_list", "eth_accounts":
		return rpcResult([]common.Address{{1}, v.account})
	case "account_version":
		return rpcResult("6.1.0")
	case "account_signTransaction", "eth_signTransaction":
	default:
		return rpcError(-32601, "the method "+r.Method+" does not exist/is not available")
	}
	var a struct {
		From, To  common.MixedcaseAddress
		Gas       hexutil.Uint64
		FeeCap    hexutil.Big `json:"maxFeePerGas"`
		TipCap    hexutil.Big `json:"maxPriorityFeePerGas"`
		Value     hexutil.Big
		Nonce     hexutil.Uint64
		Data      hexutil.Bytes
		ChainID   hexutil.Big `json:"chainId"`
		Unlisted  any         `json:"gasPrice"`
		InputToo  any         `json:"input"`
		Blobs     any         `json:"blobs"`
		AccessSet any         `json:"accessList"`
	}
	if err := json.Unmarshal(r.Params[0], &a); err != nil || a.From.Address() != v.account {
		return rpcError(-32000, "Request denied")
	}
	if !a.To.ValidChecksum() {
		return rpcError(-32000, "validation failed: Invalid checksum on recipient address")
	}
	to := a.To.Address()
	inner := &types.DynamicFeeTx{ChainID: a.ChainID.ToInt(), Nonce: uint64(a.Nonce), To: &to, Gas: uint64(a.Gas),
		GasFeeCap: a.FeeCap.ToInt(), GasTipCap: a.TipCap.ToInt(), Value: a.Value.ToInt(), Data: a.Data}
	if change != nil {
		change(inner)
	}
	tx, err := types.SignNewTx(v.key, types.LatestSignerForChainID(inner.ChainID), inner)
	if err != nil {
		return rpcError(-32000, err.Error())
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return rpcError(-32000, err.Error())
	}
	if r.Method == "eth_signTransaction" {
		return rpcResult(hexutil.Bytes(raw)) // as Web3Signer
	}
	return rpcResult(map[string]any{"raw": hexutil.Bytes(raw), "tx": tx})
}

func rpcResult(v any) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "id": 1, "result": v}
}

func rpcError(code int, message string) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "id": 1, "error": map[string]any{"code": code, "message": message}}
}

func answer(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func (v *vault) overHTTP(change func(*types.DynamicFeeTx)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { answer(w, v.clef(r.Body, change)) }
}

// overSocket answers on a Unix socket, as Clef does, and returns its path.
func (v *vault) overSocket() string {
	path := v.t.TempDir() + "/clef.ipc"
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", path)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_ = json.NewEncoder(conn).Encode(v.clef(conn, nil)) // the connection stays open, as Clef's does
		}
	}()
	return path
}

// web3signer answers as Web3Signer does in mode eth1.
func (v *vault) web3signer(w http.ResponseWriter, r *http.Request) {
	public := hexutil.Encode(crypto.FromECDSAPub(&v.key.PublicKey)[1:])
	switch r.Method + " " + r.URL.Path {
	case "GET /upcheck":
		fmt.Fprint(w, "OK")
	case "GET /api/v1/eth1/publicKeys":
		answer(w, []string{"0x" + strings.Repeat("11", 64), public})
	case "POST /api/v1/eth1/sign/" + public:
		var body struct{ Data hexutil.Bytes }
		if json.NewDecoder(r.Body).Decode(&body) != nil {
			http.Error(w, "Bad Request", http.StatusBadRequest)
			return
		}
		signature, err := crypto.Sign(crypto.Keccak256(body.Data), v.key)
		if err != nil {
			v.t.Error(err)
		}
		signature[64] += 27
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, hexutil.Encode(signature))
	default:
		http.NotFound(w, r)
	}
}

// der returns the public key as a KMS does.
func (v *vault) der(curve asn1.ObjectIdentifier) []byte {
	parameters, err := asn1.Marshal(curve)
	if err != nil {
		v.t.Fatal(err)
	}
	point := crypto.FromECDSAPub(&v.key.PublicKey)
	der, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		PublicKey asn1.BitString
	}{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}, Parameters: asn1.RawValue{FullBytes: parameters}}, asn1.BitString{Bytes: point, BitLength: 8 * len(point)}})
	if err != nil {
		v.t.Fatal(err)
	}
	return der
}

var secp256k1 = asn1.ObjectIdentifier{1, 3, 132, 0, 10}

// signDER signs a digest as a KMS does: half of its signatures have a high s.
func (v *vault) signDER(digest []byte) []byte {
	signature, err := crypto.Sign(digest, v.key)
	if err != nil {
		v.t.Error(err)
		return nil
	}
	s := new(big.Int).SetBytes(signature[32:64])
	if v.high {
		s.Sub(crypto.S256().Params().N, s)
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(signature[:32]), s})
	if err != nil {
		v.t.Error(err)
	}
	return der
}

// aws answers as AWS KMS does.
func (v *vault) aws(w http.ResponseWriter, r *http.Request) {
	var body struct{ KeyID, SigningAlgorithm, MessageType, Message string }
	data, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal([]byte(strings.Replace(string(data), "KeyId", "KeyID", 1)), &body)
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKIATEST/") || !strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/kms/") {
		v.t.Errorf("not signed for the region: %q", r.Header.Get("Authorization"))
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if body.KeyID != "alias/mint402" {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]string{"__type": "NotFoundException", "message": "Alias is not found."})
		return
	}
	switch r.Header.Get("X-Amz-Target") {
	case "TrentService.GetPublicKey":
		answer(w, map[string]any{"KeySpec": "ECC_SECG_P256K1", "KeyUsage": "SIGN_VERIFY", "PublicKey": v.der(secp256k1)})
	case "TrentService.Sign":
		raw, err := decode64(body.Message)
		if err != nil || body.MessageType != "DIGEST" || body.SigningAlgorithm != "ECDSA_SHA_256" || len(raw) != 32 {
			v.t.Errorf("asked to sign %s, %v", data, err)
		}
		answer(w, map[string]any{"Signature": v.signDER(raw), "SigningAlgorithm": "ECDSA_SHA_256"})
	}
}

func decode64(s string) (b []byte, err error) {
	err = json.Unmarshal([]byte(`"`+s+`"`), &b)
	return b, err
}

const version = "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"

func crc(data []byte) string {
	return fmt.Sprint(crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
}

// google answers as Google Cloud KMS does; change changes an answer.
func (v *vault) google(change func(map[string]any)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			answer(w, map[string]any{"access_token": "testtoken", "token_type": "Bearer", "expires_in": 3600})
			return
		}
		if r.Header.Get("Authorization") != "Bearer testtoken" {
			w.WriteHeader(http.StatusUnauthorized)
			answer(w, map[string]any{"error": map[string]any{"code": 401, "status": "UNAUTHENTICATED", "message": "no token"}})
			return
		}
		out := map[string]any{"name": version}
		switch r.Method + " " + r.URL.Path {
		case "GET /v1/" + version + "/publicKey":
			text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: v.der(secp256k1)})
			out["pem"], out["pemCrc32c"], out["algorithm"] = string(text), crc(text), "EC_SIGN_SECP256K1_SHA256"
		case "POST /v1/" + version + ":asymmetricSign":
			var body struct {
				Digest       struct{ SHA256 []byte }
				DigestCrc32c string
			}
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.DigestCrc32c != crc(body.Digest.SHA256) {
				v.t.Errorf("the checksum of %s is %s: %v", hex.EncodeToString(body.Digest.SHA256), body.DigestCrc32c, err)
			}
			der := v.signDER(body.Digest.SHA256)
			out["signature"], out["signatureCrc32c"], out["verifiedDigestCrc32c"] = der, crc(der), true
		default:
			http.NotFound(w, r)
			return
		}
		if change != nil {
			change(out)
		}
		answer(w, out)
	}
}
