package cmd

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/uuid"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/proof"
)

// ask402 is a 402 to sign, as curl -s prints it.
const ask402 = `{"x402Version":1,"error":"X-PAYMENT header is required","accepts":[{"scheme":"exact","network":"base-sepolia",
"maxAmountRequired":"100000","resource":"http://mint.example/mint","description":"Mint","mimeType":"application/json",
"payTo":"0x1111111111111111111111111111111111111111","maxTimeoutSeconds":300,
"asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","extra":{"name":"USDC","version":"2"}}]}`

func TestDemoKeysAreTheFirstOfTheDevelopmentMnemonic(t *testing.T) {
	// As printed by anvil and hardhat.
	for i, want := range []string{"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
		"0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "0x90F79bf6EB2c4f870365E785982E1f101E93b906"} {
		key, err := chain.ParseKey(demoKeys[i])
		if err != nil || addressOf(key).Hex() != want {
			t.Errorf("key %d is of %s, want %s: %v", i, addressOf(key), want, err)
		}
	}
}

func TestAKeyComesFromTheEnvironmentAFileOrAKeystore(t *testing.T) {
	key, err := crypto.HexToECDSA(demoKeys[2])
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := keystore.EncryptKey(&keystore.Key{Id: uuid.New(), Address: addressOf(key), PrivateKey: key}, "pass phrase", 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	vault, phrase := writeFile(t, 0o600, string(sealed)), writeFile(t, 0o600, "pass phrase\n")
	raw := writeFile(t, 0o600, "0x"+demoKeys[2]+"\n")
	payer := addressOf(key).Hex()
	for _, s := range []*shell{
		newShell(t, "MINT402_KEY=0x"+demoKeys[2]),
		newShell(t, "MINT402_KEY="+demoKeys[2]),
		newShell(t, "MINT402_KEY_FILE="+raw, "MINT402_KEY="+demoKeys[1]), // a file goes first
		newShell(t, "MINT402_KEYSTORE="+vault, "MINT402_PASSPHRASE_FILE="+phrase),
	} {
		if r := s.ok(ask402, "sign"); !strings.Contains(r.err, payer) {
			t.Errorf("not signed by %s: %s", payer, r.err)
		}
	}
	newShell(t).ok(ask402, "sign", "--key-file", raw)
	newShell(t).refused(2, "could not decrypt key", ask402, "sign", "--keystore", vault, "--passphrase-file", writeFile(t, 0o600, "other"))
	newShell(t).refused(2, "needs a passphrase", ask402, "sign", "--keystore", vault)
	newShell(t).refused(2, "either --keystore or --key-file", ask402, "sign", "--keystore", vault, "--key-file", raw)
	newShell(t).refused(2, "hint: set MINT402_KEY", ask402, "sign")
	newShell(t, "MINT402_KEY="+demoKeys[1]+","+demoKeys[2]).refused(1, "one key is needed", ask402, "sign")
}

func TestAKeyFileThatOthersMayReadIsRefused(t *testing.T) {
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o660} {
		path := writeFile(t, 0o600, demoKeys[1])
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		newShell(t).refused(2, "hint: chmod 600 "+path, ask402, "sign", "--key-file", path)
	}
}

func TestNoKeyIsEverPrinted(t *testing.T) {
	wrong := demoKeys[1] + "ff"
	for _, s := range []*shell{newShell(t, "MINT402_KEY="+wrong), newShell(t, "MINT402_KEY="+demoKeys[1])} {
		for _, args := range [][]string{{"sign"}, {"sign", "--max", "0"}, {"mint", "http://127.0.0.1:1/mint"}, {"version"}} {
			if r := s.run(ask402, args...); strings.Contains(r.out+r.err, demoKeys[1]) {
				t.Errorf("%v printed the key:\n%s%s", args, r.out, r.err)
			}
		}
	}
	if r := newShell(t, "MINT402_KEY="+wrong).run(ask402, "sign"); r.code != 2 || !bytes.Contains([]byte(r.err), []byte("MINT402_KEY")) {
		t.Errorf("a wrong key: %+v", r)
	}
}

func TestASignerStandsInPlaceOfAPrivateKeyThatSendsTransactions(t *testing.T) {
	key, err := crypto.HexToECDSA(demoKeys[2])
	if err != nil {
		t.Fatal(err)
	}
	account := addressOf(key).Hex()
	rest := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		public := "0x" + hex.EncodeToString(crypto.FromECDSAPub(&key.PublicKey)[1:])
		switch r.URL.Path {
		case "/api/v1/eth1/publicKeys":
			fmt.Fprintf(w, "[%q]", public)
		case "/api/v1/eth1/sign/" + public:
			var body struct{ Data hexutil.Bytes }
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			signature, err := crypto.Sign(crypto.Keccak256(body.Data), key)
			if err != nil {
				t.Error(err)
			}
			fmt.Fprintf(w, "0x%x", signature)
		}
	}))
	defer rest.Close()
	url := "web3signer+" + rest.URL + "#" + account
	s := newShell(t, "MINT402_KEY="+url, "MINT402_SENDER_KEY="+url+",clef+http://127.0.0.1:1#0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
	if r := s.ok("", "signer", "--json"); !strings.Contains(r.out, account) {
		t.Errorf("not of %s: %s", account, r.out)
	}
	newShell(t).ok("", "signer", "--key-file", writeFile(t, 0o600, url+"\n"))
	s.refused(1, "a private key is needed", ask402, "sign")
	s.with("MINT402_KEY="+demoKeys[2]).refused(2, "is a private key", "", "signer")
	s.with("MINT402_KEY=clef+http://127.0.0.1:1#"+account).refused(1, "connection refused", "", "signer")
	s.with("MINT402_KEY=clef+http://me:hunter2@127.0.0.1:1").refused(2, "add the account that signs", "", "signer")
	p := s.program(nil, nil, nil)
	senders, err := (&keyFlags{variable: senderKey}).accounts(t.Context(), p)
	if err != nil || len(senders) != 2 || senders[0].address().Hex() != account {
		t.Fatalf("%v, %v", senders, err)
	}
	made := filepath.Join(t.TempDir(), "mint402.db.proof")
	f := &proofFlags{style: string(proof.StyleJWS)}
	keys, err := p.proofKeys(f, made, senders)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%d proof keys, %v", len(keys), err)
	}
	if again, err := p.proofKeys(f, made, senders); err != nil || !again[0].Equal(keys[0]) {
		t.Errorf("the next start has another proof key: %v", err)
	}
	if _, err := p.deployerKey(t.Context(), writeFile(t, 0o600, url), senders); err == nil || !strings.Contains(err.Error(), "which sends mints") {
		t.Errorf("the deployer's key is a sender's: %v", err)
	}
}
