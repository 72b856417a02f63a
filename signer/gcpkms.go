package signer

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/crc32"
	"math/big"
	"net/http"
	"regexp"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"golang.org/x/oauth2"
)

// googleKMS is a version of a key of Google Cloud KMS, through its REST API. The credentials are
// the application's default ones. The service's module for Go adds 11 MB to the program, these
// two requests with golang.org/x/oauth2 1 MB.
type googleKMS struct {
	web
	version string // name of the key version

	mu     sync.Mutex
	tokens oauth2.TokenSource // nil until the credentials were read
}

var googleVersion = regexp.MustCompile(`^projects/[^/?#%]+/locations/[^/?#%]+/keyRings/[^/?#%]+/cryptoKeys/[^/?#%]+/cryptoKeyVersions/[0-9]+$`)

const (
	googleEndpoint  = "https://cloudkms.googleapis.com"
	googleScope     = "https://www.googleapis.com/auth/cloudkms"
	googleAlgorithm = "EC_SIGN_SECP256K1_SHA256"
)

func newGoogle(at location) (backend, error) {
	if !googleVersion.MatchString(at.key) {
		return nil, errors.New("expected gcpkms:///projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N")
	}
	endpoint, err := at.endpoint()
	if err != nil {
		return nil, err
	}
	if endpoint == "" {
		endpoint = googleEndpoint
	}
	return &googleKMS{web: web{http: newHTTP(nil), base: endpoint + "/v1/"}, version: at.key}, nil
}

// checksum is a CRC32C. In JSON it is a number in a string.
type checksum int64

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksumOf(data []byte) checksum { return checksum(crc32.Checksum(data, castagnoli)) }

func (c checksum) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint(int64(c))) }

func (c *checksum) UnmarshalJSON(data []byte) error {
	var n json.Number // also of a number in a string
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	value, err := n.Int64()
	*c = checksum(value)
	return err
}

var errGarbled = errors.New("the answer was garbled on its way: its checksum is wrong")

func (g *googleKMS) account(ctx context.Context) (common.Address, error) {
	var key struct {
		PEM       string   `json:"pem"`
		Checksum  checksum `json:"pemCrc32c"`
		Name      string   `json:"name"`
		Algorithm string   `json:"algorithm"`
	}
	if err := g.ask(ctx, &key, http.MethodGet, "/publicKey", nil); err != nil {
		return common.Address{}, fmt.Errorf("publicKey: %w", err)
	}
	block, _ := pem.Decode([]byte(key.PEM))
	switch {
	case checksumOf([]byte(key.PEM)) != key.Checksum:
		return common.Address{}, errGarbled
	case key.Name != g.version:
		return common.Address{}, fmt.Errorf("the answer is for another key version: %.100s", key.Name)
	case key.Algorithm != googleAlgorithm:
		return common.Address{}, fmt.Errorf("the key's algorithm is %.60s; it must be %s", key.Algorithm, googleAlgorithm)
	case block == nil:
		return common.Address{}, errors.New("the public key is not in PEM")
	}
	return accountOfDER(block.Bytes)
}

func (g *googleKMS) sign(ctx context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	hash := types.LatestSignerForChainID(chainID).Hash(tx)
	request := struct {
		Digest struct {
			SHA256 []byte `json:"sha256"` // the name of the field; the hash is Keccak's
		} `json:"digest"`
		Checksum checksum `json:"digestCrc32c"`
	}{Checksum: checksumOf(hash[:])}
	request.Digest.SHA256 = hash[:]
	var signed struct {
		Signature []byte   `json:"signature"`
		Checksum  checksum `json:"signatureCrc32c"`
		Verified  bool     `json:"verifiedDigestCrc32c"`
		Name      string   `json:"name"`
	}
	if err := g.ask(ctx, &signed, http.MethodPost, ":asymmetricSign", request); err != nil {
		return nil, fmt.Errorf("asymmetricSign: %w", err)
	}
	switch {
	case signed.Name != g.version:
		return nil, fmt.Errorf("the answer is for another key version: %.100s", signed.Name)
	case !signed.Verified:
		return nil, errors.New("the service did not verify the checksum of the digest: it may have been garbled on its way")
	case checksumOf(signed.Signature) != signed.Checksum:
		return nil, errGarbled
	}
	return signatureOfDER(signed.Signature)
}

// ask makes a request about the key version, with a token for the service.
func (g *googleKMS) ask(ctx context.Context, result any, method, what string, body any) error {
	token, err := g.token(ctx)
	if err != nil {
		return fmt.Errorf("credentials: %w", err)
	}
	data, err := g.authorized(token).exchange(ctx, method, g.version+what, body)
	if failed := (*statusError)(nil); errors.As(err, &failed) {
		return googleError(failed, err)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, result); err != nil {
		return errors.New("the answer is not the expected JSON")
	}
	return nil
}
