package signer_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/signer"
)

func TestClefSignsOverHTTPAndItsSocket(t *testing.T) {
	v := newVault(t)
	v.signs(parse(t, "clef+"+serve(t, v.overHTTP(nil))+"#"+v.account.Hex()))
	v.signs(parse(t, "clef+ipc://"+v.overSocket()+"#"+v.account.Hex()))
}

func TestWeb3SignerSignsByBothOfItsInterfaces(t *testing.T) {
	v := newVault(t)
	v.signs(parse(t, "web3signer+"+serve(t, v.web3signer)+"#"+v.account.Hex()))
	v.signs(parse(t, "web3signer+"+serve(t, v.overHTTP(nil))+"?api=rpc#"+v.account.Hex()))
}

// credentials sets test credentials for AWS and Google.
func credentials(t *testing.T, tokens string) {
	t.Helper()
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"} {
		t.Setenv(name, value)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	account, err := json.Marshal(map[string]string{"type": "service_account", "client_email": "test@example.com", "private_key": string(text), "token_uri": tokens + "/token"})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "credentials.json")
	if err := os.WriteFile(file, account, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
}

func TestAKMSSignsAlsoWithAHighS(t *testing.T) {
	for _, high := range []bool{false, true} {
		v := newVault(t)
		v.high = high
		google := serve(t, v.google(nil))
		credentials(t, google)
		v.signs(parse(t, "awskms:///alias/mint402?region=eu-central-1&endpoint="+serve(t, v.aws)))
		v.signs(parse(t, "gcpkms:///"+version+"?endpoint="+google))
		v.signs(parse(t, "gcpkms://"+version+"?endpoint="+google+"#"+v.account.Hex()))
	}
}

func TestAClefThatChangesAFieldIsNamedWithTheField(t *testing.T) {
	v := newVault(t)
	for field, change := range map[string]func(*types.DynamicFeeTx){
		"chainId":              func(tx *types.DynamicFeeTx) { tx.ChainID = big.NewInt(1) },
		"nonce":                func(tx *types.DynamicFeeTx) { tx.Nonce++ },
		"to":                   func(tx *types.DynamicFeeTx) { tx.To = &common.Address{9} },
		"value":                func(tx *types.DynamicFeeTx) { tx.Value = big.NewInt(1) },
		"gas":                  func(tx *types.DynamicFeeTx) { tx.Gas++ },
		"maxFeePerGas":         func(tx *types.DynamicFeeTx) { tx.GasFeeCap = big.NewInt(9e9) },
		"maxPriorityFeePerGas": func(tx *types.DynamicFeeTx) { tx.GasTipCap = big.NewInt(2e9) },
		"data":                 func(tx *types.DynamicFeeTx) { tx.Data = []byte{6, 6, 6} },
		"accessList": func(tx *types.DynamicFeeTx) {
			tx.AccessList = types.AccessList{{Address: common.Address{1}}}
		},
	} {
		url := serve(t, v.overHTTP(change))
		refuses(t, parse(t, "clef+"+url+"#"+v.account.Hex()), "it signed another "+field+":", "clef+"+url+"#"+v.account.Hex())
	}
}

func TestAnErrorOfClefSaysWhatAnswered(t *testing.T) {
	v := newVault(t)
	url := serve(t, v.overHTTP(func(tx *types.DynamicFeeTx) { tx.Nonce++ }))
	refuses(t, parse(t, "clef+"+url+"#"+v.account.Hex()), "it signed another nonce", `Clef's API "6.1.0" answered`)
	checks := func(url, want string) {
		t.Helper()
		err := parse(t, "clef+"+url+"?timeout=1s#"+common.Address{9}.Hex()).Check(context.Background())
		if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 1000 {
			t.Errorf("%v; want %q", err, want)
		}
	}
	checks(url, `offers 2 others; Clef's API "6.1.0" answered`)
	node := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, rpcError(-32601, "the method does not exist")) })
	checks(node, "it is not Clef: for another signer, begin the URL with web3signer+")
	hostile := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if data, _ := io.ReadAll(r.Body); strings.Contains(string(data), "account_version") {
			answer(w, rpcResult(strings.Repeat("9\n", 100_000)))
			return
		}
		answer(w, rpcError(-32000, "Request denied"))
	})
	checks(hostile, "it refuses: Request denied (code -32000); Clef's API \"9")
}

func TestASignatureOfAnotherKeyOrOfAnotherTransactionIsRefused(t *testing.T) {
	v, other := newVault(t), newVault(t)
	lying := other.overHTTP(nil)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		other.account = v.account // it takes the request, and signs with its own key
		lying(w, r)
	})
	refuses(t, parse(t, "clef+"+url+"#"+v.account.Hex()), "another key")
	credentials(t, "http://127.0.0.1:1")
	refuses(t, parse(t, "awskms:///alias/mint402?region=eu-central-1&endpoint="+serve(t, newVault(t).aws)+"#"+v.account.Hex()), "another key")
	for _, said := range []string{"0x", "0x" + strings.Repeat("00", 65), "0x" + strings.Repeat("ff", 65), "0x" + strings.Repeat("11", 70), "nonsense", `{"a":1}`} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				fmt.Fprint(w, said)
				return
			}
			v.web3signer(w, r)
		})
		refuses(t, parse(t, "web3signer+"+url+"#"+v.account.Hex()), "signature")
	}
}

func TestGooglesChecksumsAreChecked(t *testing.T) {
	v := newVault(t)
	for what, change := range map[string]func(map[string]any){
		"checksum is wrong":   func(out map[string]any) { out["signatureCrc32c"] = "1" },
		"did not verify":      func(out map[string]any) { out["verifiedDigestCrc32c"] = false },
		"another key version": func(out map[string]any) { out["name"] = version + "2" },
	} {
		url := serve(t, v.google(change))
		credentials(t, url)
		refuses(t, parse(t, "gcpkms:///"+version+"?endpoint="+url+"#"+v.account.Hex()), what)
	}
	for what, change := range map[string]func(map[string]any){
		"checksum is wrong":   func(out map[string]any) { out["pemCrc32c"] = "1" },
		"algorithm is":        func(out map[string]any) { out["algorithm"] = "EC_SIGN_P256_SHA256" },
		"another key version": func(out map[string]any) { out["name"] = version + "2" },
	} {
		url := serve(t, v.google(change))
		credentials(t, url)
		if err := parse(t, "gcpkms:///"+version+"?endpoint="+url).Open(context.Background()); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestASignerThatIsAbsentRefusesSleepsFloodsOrRedirectsIsAnError(t *testing.T) {
	v := newVault(t)
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	var led atomic.Bool
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { led.Store(true) })
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for what, h := range map[string]http.HandlerFunc{
		"it refuses: Request denied": func(w http.ResponseWriter, _ *http.Request) { answer(w, rpcError(-32000, "Request denied")) },
		"no answer within 1s": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // until then, a server does not notice that its client is gone
			select {
			case <-end:
			case <-r.Context().Done():
			}
		},
		"longer than": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":1,"result":"0x%s"}`, strings.Repeat("00", 2<<20))
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
		},
		"500": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "one\ntwo", http.StatusInternalServerError)
		},
		"EOF":              func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"has no result":    func(w http.ResponseWriter, _ *http.Request) { answer(w, rpcResult(nil)) },
		"no signed transa": func(w http.ResponseWriter, _ *http.Request) { answer(w, rpcResult(map[string]any{"raw": "0x"})) },
		"is not a signed ": func(w http.ResponseWriter, _ *http.Request) { answer(w, rpcResult("0x02f8")) },
	} {
		refuses(t, parse(t, "clef+"+serve(t, h)+"?timeout=1s#"+v.account.Hex()), what)
	}
	refuses(t, parse(t, "clef+"+gone.URL+"#"+v.account.Hex()), "refused")
	refuses(t, parse(t, "clef+ipc:///nowhere/clef.ipc#"+v.account.Hex()), "no such file")
	if led.Load() {
		t.Error("a redirect was followed")
	}
}

func TestTheEndOfAContextEndsARequest(t *testing.T) {
	v := newVault(t)
	asked := make(chan struct{})
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-asked; cancel() }()
	began := time.Now()
	if _, err := parse(t, "web3signer+"+url+"?timeout=1m#"+v.account.Hex()).Sign(ctx, chainID, transaction()); err == nil || time.Since(began) > 50*time.Second {
		t.Errorf("ended with %v after %s", err, time.Since(began))
	}
}

func TestSecretsOfAURLAreInNoText(t *testing.T) {
	v := newVault(t)
	var auth atomic.Value
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		auth.Store(user + ":" + password)
		http.Error(w, "no", http.StatusUnauthorized)
	})
	s := parse(t, "web3signer+"+strings.Replace(url, "://", "://me:hunter2@", 1)+"#"+v.account.Hex())
	_, err := s.Sign(context.Background(), chainID, transaction())
	if err == nil || strings.Contains(err.Error()+s.String()+fmt.Sprintf("%v", s), "hunter2") {
		t.Errorf("%v, %v", s, err)
	}
	if auth.Load() != "me:hunter2" {
		t.Errorf("signed in as %v", auth.Load())
	}
}

func TestAMistakeInAURLIsExplained(t *testing.T) {
	const account = "#0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	for url, want := range map[string]string{
		"vault://x":                                     "expected clef+http",
		"clef+http://127.0.0.1:8550":                    "add the account",
		"clef+http://127.0.0.1:8550#0x12":               "after # there must be an account",
		"clef+ftp://127.0.0.1" + account:                "expected clef+http",
		"clef+http:///" + account:                       "expected clef+http",
		"clef+ipc://relative" + account:                 "three slashes",
		"clef+http://h?timeout=1h" + account:            "from 1s to 1m",
		"clef+http://h?nonsense=1" + account:            "it takes timeout, ca",
		"clef+http://h?timeout=1s&timeout=2s" + account: "once",
		"web3signer+http://h?api=soap" + account:        "rest or rpc",
		"web3signer+http://h?ca=/nowhere" + account:     "no such file",
		"awskms:///":                        "expected awskms:///KEY",
		"awskms:///abc":                     "no region",
		"awskms:///abc?region=r&endpoint=h": "begins with https://",
		"gcpkms:///projects/p":              "cryptoKeyVersions/N",
		"clef+http://h#0x70997970c51812dc3A010C7d01b50e0d17dc79C8": "checksum",
		"clef+http://h#0x0000000000000000000000000000000000000000": "zero address",
	} {
		s, err := signer.Parse(url)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %q", url, s, err, want)
		}
	}
	s := parse(t, "awskms:///arn:aws:kms:eu-west-3:111122223333:key/1234abcd")
	if s.String() != "awskms:///arn:aws:kms:eu-west-3:111122223333:key/1234abcd" {
		t.Errorf("%s", s)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"clef+http://h#0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "gcpkms:///" + version, "web3signer+https://a:b@h?ca=x", "clef+ipc://%zz#", "://", "awskms://?%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.HasPrefix(text, "awskms") {
			return // reads files of the environment
		}
		s, err := signer.Parse(text)
		if (s == nil) == (err == nil) {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	})
}
