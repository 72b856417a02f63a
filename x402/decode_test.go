package x402

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

const (
	authorizationText = `{"from":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266","to":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed","value":"100000","validAfter":"0","validBefore":"1795390120","nonce":"0x5bd27efc3250da9f827283843f25a43f21fdac376b1584511516716e1016f2e6"}`
	payloadText       = `{"signature":"0xf95e5f905b7a61bb85eca8221ec8b934a6366ca2d7a37d0b8850d8eee24042a4006b570b1a63d41d74a441b47ec3d517f67e716f695cdc2dd58af461d20534811c","authorization":` + authorizationText + `}`
	acceptedText      = `{"scheme":"exact","network":"eip155:84532","amount":"100000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","payTo":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed","maxTimeoutSeconds":120,"extra":{"name":"USDC","version":"2","paymentFlow":"upfront"}}`
	paymentTextV2     = `{"x402Version":2,"payload":` + payloadText + `,"accepted":` + acceptedText + `,"resource":{"url":"https://mint.example/mint","description":"Mint 5,000 PING"}}`
	paymentTextV1     = `{"x402Version":1,"scheme":"exact","network":"base-sepolia","payload":` + payloadText + `}`
)

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func mustDecode(t testing.TB, text string) Payment {
	t.Helper()
	p, err := DecodePayment(encode(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func TestBothVersionsReadAsTheSamePayment(t *testing.T) {
	v1, v2 := mustDecode(t, paymentTextV1), mustDecode(t, paymentTextV2)
	if v1.Version != 1 || v2.Version != 2 || v1.Accepted != nil || v2.Accepted == nil {
		t.Errorf("versions %d, %d", v1.Version, v2.Version)
	}
	for _, p := range []Payment{v1, v2} {
		a := p.Authorization
		if p.Scheme != "exact" || p.Network != "eip155:84532" || len(p.Signature) != 65 || p.Signature[64] != 0x1c ||
			a.From != common.HexToAddress("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266") ||
			a.To != common.HexToAddress("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed") ||
			a.Value.Int64() != 100000 || a.ValidAfter.Sign() != 0 || a.ValidBefore.Int64() != 1795390120 ||
			a.Nonce != common.HexToHash("0x5bd27efc3250da9f827283843f25a43f21fdac376b1584511516716e1016f2e6") {
			t.Errorf("read %+v", p)
		}
	}
	r := v2.Accepted
	if r.Amount.Int64() != 100000 || r.Extra != (Extra{"USDC", "2", "upfront", "", ""}) {
		t.Errorf("accepted %+v", r)
	}
}

// Headers that official clients sent to this package's 402, with the first
// development key of anvil.
func TestPaymentsOfOfficialClientsAreReadAndVerified(t *testing.T) {
	for name, version := range map[string]int{"x402-fetch-2.27.0": 2, "x402-fetch-1.2.0": 1} {
		header, err := os.ReadFile("testdata/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		p, err := DecodePayment(strings.TrimSpace(string(header)))
		if err != nil || p.Version != version {
			t.Errorf("%s: version %d, %v", name, p.Version, err)
			continue
		}
		r := ourRequirement(t)
		now := p.Authorization.ValidBefore.Int64() - 100
		if err := r.Check(p, unix(now), margin, maximum); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := r.CheckSignature(p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAllFourAlphabetsOfBase64AreRead(t *testing.T) {
	// Text with every six-bit group at the end of the alphabet, and lengths that need padding.
	for _, tail := range []string{"", " ", "  "} {
		text := strings.Replace(paymentTextV2, "PING", "ÿþ?>~~ｏ", 1) + tail
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			if _, err := DecodePayment(e.EncodeToString([]byte(text))); err != nil {
				t.Errorf("tail %q: %v", tail, err)
			}
		}
		if std := base64.StdEncoding.EncodeToString([]byte(text)); !strings.ContainsAny(std, "+/") {
			t.Error("the text does not tell the alphabets apart")
		}
	}
}

func TestHeadersThatAreNotBase64OfOneObjectAreMalformed(t *testing.T) {
	good := encode(paymentTextV1 + " ") // ends in padding
	if !strings.HasSuffix(good, "=") {
		good = encode(paymentTextV1 + "  ")
	}
	for name, header := range map[string]string{
		"empty":              "",
		"not base64":         "{}",
		"leading space":      " " + good,
		"trailing space":     good + " ",
		"line break":         good[:76] + "\n" + good[76:],
		"carriage return":    good[:76] + "\r" + good[76:],
		"mixed alphabets":    "-+" + good,
		"padding inside":     good[:8] + "====" + good[8:],
		"too much padding":   good + "=",
		"stray bits":         strayBits(good),
		"too long":           strings.Repeat("A", MaxHeader+1),
		"a megabyte":         strings.Repeat("A", 1<<20),
		"empty text":         encode(" "),
		"array":              encode("[" + paymentTextV1 + "]"),
		"string":             encode(`"x"`),
		"null":               encode("null"),
		"two objects":        encode(paymentTextV1 + paymentTextV1),
		"trailing text":      encode(paymentTextV1 + "x"),
		"trailing comma":     encode(strings.TrimSuffix(paymentTextV1, "}") + ",}"),
		"byte order mark":    encode("\ufeff" + paymentTextV1),
		"truncated":          encode(paymentTextV1[:len(paymentTextV1)-1]),
		"invalid UTF-8":      encode(strings.Replace(paymentTextV2, "PING", "\xff", 1)),
		"overlong UTF-8":     encode(strings.Replace(paymentTextV2, "PING", "\xc0\xaf", 1)),
		"surrogate in UTF-8": encode(strings.Replace(paymentTextV2, "PING", "\xed\xa0\x80", 1)),
		"lone high":          encode(strings.Replace(paymentTextV2, "PING", `\ud800`, 1)),
		"lone low":           encode(strings.Replace(paymentTextV2, "PING", `\udc00`, 1)),
		"high and letter":    encode(strings.Replace(paymentTextV2, "PING", `\ud800\u0041`, 1)),
		"short escape":       encode(strings.Replace(paymentTextV2, "PING", `\u12`, 1)),
		"escape of no hex":   encode(strings.Replace(paymentTextV2, "PING", `\u12g4`, 1)),
		"ends in backslash":  encode(`{"a":"\`),
		"bad escape":         encode(strings.Replace(paymentTextV2, "PING", `\x41`, 1)),
		"control character":  encode(strings.Replace(paymentTextV2, "PING", "\x01", 1)),
		"deep array":         encode(`{"extensions":` + strings.Repeat("[", 6000)),
		"deep object":        encode(`{"extensions":` + strings.Repeat(`{"a":`, 2000)),
		"just too deep":      encode(strings.Replace(paymentTextV1, "{", `{"extensions":`+strings.Repeat("[", 32)+strings.Repeat("]", 32)+",", 1)),
		"65 keys":            encode(manyKeys(65)),
		"a key of 257 bytes": encode(strings.Replace(paymentTextV1, "{", `{"`+strings.Repeat("k", 257)+`":0,`, 1)),
		"leading zero":       encode(`{"a":01}`),
		"bare minus":         encode(`{"a":-}`),
		"bare point":         encode(`{"a":1.}`),
		"bare exponent":      encode(`{"a":1e}`),
		"NaN":                encode(`{"a":NaN}`),
		"single quotes":      encode(`{'a':1}`),
		"comment":            encode(`{"a":1/**/}`),
	} {
		p, err := DecodePayment(header)
		var m *MalformedError
		if !errors.As(err, &m) || m.Field == "" || m.Expected == "" {
			t.Errorf("%s: read %+v, %v", name, p, err)
		}
	}
}

// strayBits is another spelling of the same bytes: bits that padding leaves over are set.
func strayBits(padded string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := strings.IndexByte(padded, '=') - 1
	return padded[:last] + string(alphabet[strings.IndexByte(alphabet, padded[last])+1]) + padded[last+1:]
}

// manyKeys is a payment with n keys in an extension.
func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"k` + string(rune('A'+i/26)) + string(rune('A'+i%26)) + `":0`)
	}
	return strings.Replace(paymentTextV1, "{", `{"extensions":{`+b.String()+`},`, 1)
}

func TestUnusualButSoundPaymentsAreRead(t *testing.T) {
	for name, text := range map[string]string{
		"space":               " \t\r\n" + strings.ReplaceAll(strings.ReplaceAll(paymentTextV2, ",", " , "), ":{", " : {") + "\n",
		"escaped key":         strings.Replace(paymentTextV2, `"value"`, `"v\u0061lue"`, 1),
		"escaped slash":       strings.Replace(paymentTextV2, `https://`, `https:\/\/`, 1),
		"every escape":        strings.Replace(paymentTextV2, "PING", `\"\\\/\b\f\n\r\t\u00e9`, 1),
		"astral plane":        strings.Replace(paymentTextV2, "PING", `\ud83d\ude00 😀`, 1),
		"lower-case":          strings.ReplaceAll(strings.Replace(paymentTextV2, "0x036CbD53842c5426634e7929541eC2318f3dCF7e", "0x036cbd53842c5426634e7929541ec2318f3dcf7e", 1), "BeAed", "beaed"),
		"upper-case":          strings.Replace(paymentTextV2, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0xF39FD6E51AAD88F6F4CE6AB8827279CFFFB92266", 1),
		"extensions":          strings.Replace(paymentTextV2, "{", `{"extensions":{"a":[1,-0.5e+3,true,false,null,"",{},[]]},`, 1),
		"wide, not deep":      strings.Replace(paymentTextV1, "{", `{"extensions":[`+strings.Repeat("{},[],", 50)+"0],", 1),
		"null resource":       strings.Replace(paymentTextV1, "{", `{"resource":null,`, 1),
		"64 keys":             manyKeys(64),
		"a key of 256 bytes":  strings.Replace(paymentTextV1, "{", `{"`+strings.Repeat("k", 256)+`":0,`, 1),
		"additive extra":      strings.Replace(paymentTextV2, `"extra":{`, `"extra":{"color":{"a":1},`, 1),
		"additive accepted":   strings.Replace(paymentTextV2, `"accepted":{`, `"accepted":{"outputSchema":null,`, 1),
		"additive payload":    strings.Replace(paymentTextV2, `"payload":{`, `"payload":{"memo":"x",`, 1),
		"no timeout":          strings.Replace(paymentTextV2, `"maxTimeoutSeconds":120,`, ``, 1),
		"other timeout":       strings.Replace(paymentTextV2, `:120,`, `:1.2e2,`, 1),
		"no extra":            strings.Replace(paymentTextV2, `,"extra":{"name":"USDC","version":"2","paymentFlow":"upfront"}`, ``, 1),
		"timeout string":      strings.Replace(paymentTextV2, `:120,`, `:"120",`, 1),
		"timeout null":        strings.Replace(paymentTextV2, `:120,`, `:null,`, 1),
		"extra null":          strings.Replace(paymentTextV2, `"extra":{`, `"extra":null,"x":{`, 1),
		"extra string":        strings.Replace(paymentTextV2, `"extra":{`, `"extra":"","x":{`, 1),
		"extra in other case": strings.Replace(paymentTextV2, `"name":`, `"Name":`, 1),
		"extra of numbers":    strings.Replace(paymentTextV2, `"USDC"`, `5`, 1),
		"wallet signature":    strings.Replace(paymentTextV2, `"0xf95e`, `"0x`+strings.Repeat("ab", 1000)+`f95e`, 1),
		"as deep as it may":   strings.Replace(paymentTextV1, "{", `{"extensions":`+strings.Repeat("[", 31)+strings.Repeat("]", 31)+",", 1),
	} {
		if _, err := DecodePayment(encode(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEscapesMeanWhatTheyMeanToEncodingJSON(t *testing.T) {
	for _, escaped := range []string{`\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r`, `\t`, `\u0000`, `\u00e9`, `\uFFFF`, `\ud83d\ude00`, `a\u0062c`, `\u212A`} {
		var want string
		if err := json.Unmarshal([]byte(`"`+escaped+`"`), &want); err != nil {
			t.Fatal(err)
		}
		p := mustDecode(t, strings.Replace(paymentTextV2, `"USDC"`, `"`+escaped+`"`, 1))
		if p.Accepted.Extra.Name != want {
			t.Errorf("%s: read %q, want %q", escaped, p.Accepted.Extra.Name, want)
		}
	}
}

func TestAMalformedPaymentIsToldWhichField(t *testing.T) {
	const a = "payload.authorization"
	v2 := func(old, new string) string {
		if !strings.Contains(paymentTextV2, old) {
			t.Fatalf("nothing to replace: %s", old)
		}
		return strings.Replace(paymentTextV2, old, new, 1)
	}
	v1 := func(old, new string) string { return strings.Replace(paymentTextV1, old, new, 1) }
	type row struct{ name, text, field string }
	rows := []row{
		{"no version", v2(`"x402Version":2,`, ``), "x402Version"},
		{"version string", v2(`:2,`, `:"2",`), "x402Version"},
		{"version 3", v2(`:2,`, `:3,`), "x402Version"},
		{"version 0", v2(`:2,`, `:0,`), "x402Version"},
		{"version 2.0", v2(`:2,`, `:2.0,`), "x402Version"},
		{"version 2e0", v2(`:2,`, `:2e0,`), "x402Version"},
		{"version huge", v2(`:2,`, `:`+strings.Repeat("2", 5000)+`,`), "x402Version"},
		{"version null", v2(`:2,`, `:null,`), "x402Version"},
		{"version 2 in version 1's shape", v1(`:1,`, `:2,`), "accepted"},
		{"version 1 in version 2's shape", v2(`:2,`, `:1,`), "scheme"},
		{"v1 without network", v1(`"network":"base-sepolia",`, ``), "network"},
		{"v1 network number", v1(`"base-sepolia"`, `84532`), "network"},
		{"v1 without payload", `{"x402Version":1,"scheme":"exact","network":"base"}`, "payload"},
		{"no payload", `{"x402Version":2,"accepted":` + acceptedText + `}`, "payload"},
		{"payload string", v2(`"payload":{`, `"payload":"","x":{`), "payload"},
		{"payload null", v2(`"payload":{`, `"payload":null,"x":{`), "payload"},
		{"Payload", v2(`"payload"`, `"Payload"`), "payment"},
		{"payload twice", v2(`{`, `{"payload":`+payloadText+`,`), "payment"},
		{"payload and Payload", v2(`{`, `{"Payload":`+payloadText+`,`), "payment"},
		{"version twice", v2(`{`, `{"x402Version":2,`), "payment"},
		{"same key twice, unknown", v2(`{`, `{"zzz":1,"zzz":1,`), "payment"},
		{"keys that differ by case, unknown", v2(`{`, `{"zzz":1,"zZz":1,`), "payment"},
		{"keys that differ by case, deep", v2(`{`, `{"extensions":{"a":[{"zzz":1,"zZz":1}]},`), "payment"},
		{"keys that differ by the Kelvin sign", v2(`{`, "{\"extensions\":{\"\u212a\":1,\"k\":1},"), "payment"},
		{"keys that differ by the long s", v2(`{`, "{\"extensions\":{\"\u017f\":1,\"S\":1},"), "payment"},
		{"the long s for s", v2(`"signature"`, "\"\u017fignature\""), "payload"},
		{"the Kelvin sign in a known key", v2(`"network"`, "\"networ\u212a\""), "accepted"},
		{"keys that are escapes of each other", v2(`{`, `{"extensions":{"a":1,"\u0061":1},`), "payment"},
		{"no signature", v2(`"signature":`, `"memo":`), "payload.signature"},
		{"signature null", v2(`"signature":"0xf95e`, `"signature":null,"x":"`), "payload.signature"},
		{"signature empty", v2(`"signature":"0x`, `"signature":"","x":"`), "payload.signature"},
		{"signature 0x", v2(`"signature":"0x`, `"signature":"0x","x":"`), "payload.signature"},
		{"signature odd", v2(`"0xf95e`, `"0xf95`), "payload.signature"},
		{"signature without 0x", v2(`"0xf95e`, `"f95e`), "payload.signature"},
		{"signature 0X", v2(`"0xf95e`, `"0Xf95e`), "payload.signature"},
		{"signature not hex", v2(`"0xf95e`, `"0xg95e`), "payload.signature"},
		{"signature too long", v2(`"0xf95e`, `"0x`+strings.Repeat("ab", MaxSignature)+`f95e`), "payload.signature"},
		{"permit2 payload", v2(`"authorization":`, `"permit2Authorization":`), a},
		{"authorization array", v2(`"authorization":{`, `"authorization":[],"x":{`), a},
		{"unknown key", v2(`"value":`, `"salt":"1","value":`), a},
		{"Value", v2(`"value":`, `"Value":`), a},
		{"value and Value", v2(`"value":`, `"Value":"1","value":`), a},
		{"value twice", v2(`"value":`, `"value":"1","value":`), a},
		{"accepted null", v2(`"accepted":{`, `"accepted":null,"x":{`), "accepted"},
		{"accepted Amount", v2(`"amount"`, `"Amount"`), "accepted"},
		{"accepted without payTo", v2(`"payTo"`, `"pay"`), "accepted"},
		{"accepted amount number", v2(`"amount":"100000"`, `"amount":100000`), "accepted.amount"},
		{"accepted amount 0100000", v2(`"amount":"100000"`, `"amount":"0100000"`), "accepted.amount"},
		{"accepted asset base58", v2(`"0x036CbD53842c5426634e7929541eC2318f3dCF7e"`, `"EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"`), "accepted.asset"},
		{"accepted scheme number", v2(`"exact"`, `5`), "accepted.scheme"},
		{"accepted network long", v2(`eip155:84532`, strings.Repeat("e", 257)), "accepted.network"},
	}
	for _, key := range authorizationKeys {
		missing := regexp.MustCompile(`,?"`+key+`":"[^"]*"`).ReplaceAllString(authorizationText, "")
		rows = append(rows, row{"no " + key, v2(authorizationText, strings.Replace(missing, "{,", "{", 1)), a})
	}
	for _, key := range []string{"value", "validAfter", "validBefore"} {
		for _, bad := range []string{`""`, `"-1"`, `"+1"`, `"01"`, `"00"`, `"1.0"`, `"1e3"`, `"0x10"`, `" 1"`, `"1 "`, `"1_000"`, `"१"`, `"１"`, `1`, `null`, `true`, `[]`, `{}`,
			`"` + strings.Repeat("9", 78) + `"`, // 78 digits, above 2^256-1
			`"115792089237316195423570985008687907853269984665640564039457584007913129639936"`,
			`"` + strings.Repeat("1", 79) + `"`, `"` + strings.Repeat("1", 9000) + `"`} {
			rows = append(rows, row{key + " " + bad[:min(len(bad), 20)], replaceValue(t, key, bad), a + "." + key})
		}
	}
	for _, key := range []string{"from", "to"} {
		for _, bad := range []string{`""`, `"0x"`, `5`, `null`, `"f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"`, `"0Xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"`,
			`"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb9226"`, `"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb922660"`, `"0xg39Fd6e51aad88F6F4ce6aB8827279cffFb92266"`, `"vitalik.eth"`} {
			rows = append(rows, row{key + " " + bad, replaceValue(t, key, bad), a + "." + key})
		}
	}
	for _, bad := range []string{`""`, `"0x"`, `5`, `null`, `"0x` + strings.Repeat("0", 63) + `"`, `"0x` + strings.Repeat("0", 65) + `"`, `"` + strings.Repeat("0", 64) + `"`, `"0x` + strings.Repeat("z", 64) + `"`} {
		rows = append(rows, row{"nonce " + bad, replaceValue(t, "nonce", bad), a + ".nonce"})
	}
	for _, c := range rows {
		p, err := DecodePayment(encode(c.text))
		var m *MalformedError
		if !errors.As(err, &m) {
			t.Errorf("%s: read %+v, %v", c.name, p, err)
			continue
		}
		if m.Field != c.field {
			t.Errorf("%s: blamed %s, want %s (%v)", c.name, m.Field, c.field, err)
		}
		if !strings.Contains(err.Error(), m.Field) || !strings.Contains(err.Error(), m.Expected) {
			t.Errorf("%s: %q does not name the field", c.name, err)
		}
	}
}

// replaceValue is the version 2 payment with another JSON value in the authorization.
func replaceValue(t *testing.T, key, value string) string {
	t.Helper()
	_, rest, ok := strings.Cut(authorizationText, `"`+key+`":`)
	if !ok {
		t.Fatalf("no key %s", key)
	}
	old := rest[:strings.IndexAny(rest, ",}")]
	text := strings.Replace(authorizationText, `"`+key+`":`+old, `"`+key+`":`+value, 1)
	return strings.Replace(paymentTextV2, authorizationText, text, 1)
}

func TestTheLargestIntegersAreRead(t *testing.T) {
	most := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	p := mustDecode(t, replaceValue(t, "validBefore", `"`+most.String()+`"`))
	if p.Authorization.ValidBefore.Cmp(most) != 0 {
		t.Errorf("read %v", p.Authorization.ValidBefore)
	}
}

func TestAPaymentSharesNoMemoryWithItsHeader(t *testing.T) {
	header := []byte(encode(paymentTextV2))
	p, err := DecodePayment(string(header))
	if err != nil {
		t.Fatal(err)
	}
	q := mustDecode(t, paymentTextV2)
	if p.Network != q.Network || p.Accepted.Extra != q.Accepted.Extra {
		t.Errorf("read %+v", p)
	}
}

// hostile is headers made to cost as much as they can, all of nearly full size.
func hostile() map[string]string {
	const room = MaxHeader/4*3 - 1000
	fill := func(prefix, unit, suffix string) string {
		return encode(prefix + strings.Repeat(unit, (room-len(prefix)-len(suffix))/len(unit)) + suffix)
	}
	// full is objects of as many keys as they may have, the keys of equal length.
	full := func(letter string) string {
		var b strings.Builder
		for b.Len() < room-64*(len(letter)+9) {
			b.WriteString(`{`)
			for i := range 64 {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(`"` + letter + string(rune('0'+i/10)) + string(rune('0'+i%10)) + `":0`)
			}
			b.WriteString(`},`)
		}
		return b.String()
	}
	return map[string]string{
		"numbers":      fill(`{"a":[`, `0,`, `0]}`),
		"digits":       fill(`{"x402Version":2`, `2`, `}`),
		"long value":   encode(strings.Replace(paymentTextV2, `"100000"`, `"`+strings.Repeat("9", 9000)+`"`, 1)),
		"nesting":      fill(`{"a":`, `[`, ``),
		"empty arrays": fill(`{"a":[`, `[],`, `0]}`),
		"escapes":      fill(`{"a":"`, `\u0041`, `"}`),
		"escaped keys": fill(`{"a":[`, `{"\u0041":0},`, `0]}`),
		"folding keys": fill(`{"a":[`, `{"ǅǅǅǅǅǅ":0},`, `0]}`),
		"one long key": fill(`{"`, `ǅ`, `":0}`),
		"objects":      encode(`{"a":[` + full("") + `0]}`),
		"fold objects": encode(`{"a":[` + full("ǅ") + `0]}`),
		"long objects": encode(`{"a":[` + full("ǅǅǅǅǅǅǅǅ") + `0]}`),
		"escape keys":  encode(`{"a":[` + full(`\u01c5`) + `0]}`),
		"signature":    encode(strings.Replace(paymentTextV2, `"0xf95e`, `"0x`+strings.Repeat("ab", 4500), 1)),
		"not base64":   strings.Repeat("A", MaxHeader-1) + "!",
		"over length":  strings.Repeat("A", 1<<20),
	}
}

func TestRefusingAHostileHeaderTakesLittleMemory(t *testing.T) {
	for name, header := range hostile() {
		if len(header) > MaxHeader && name != "over length" {
			t.Fatalf("%s: the header has %d bytes and would be refused for that", name, len(header))
		}
		const rounds = 20
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range rounds {
			if _, err := DecodePayment(header); err == nil {
				t.Fatalf("%s: read", name)
			}
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / rounds; each > 64<<10 {
			t.Errorf("%s: allocated %d bytes", name, each)
		}
	}
}

func FuzzDecodePayment(f *testing.F) {
	for _, name := range []string{"x402-fetch-2.27.0", "x402-fetch-1.2.0"} {
		header, err := os.ReadFile("testdata/" + name + ".txt")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.TrimSpace(string(header)))
	}
	for _, text := range []string{paymentTextV1, paymentTextV2, `{}`, manyKeys(3)} {
		f.Add(encode(text))
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(text)))
	}
	for _, header := range hostile() {
		f.Add(header[:min(len(header), 4000)])
	}
	f.Fuzz(func(t *testing.T, header string) {
		p, err := DecodePayment(header)
		checkDecoded(t, p, err)
	})
}

// FuzzDecodePaymentText gets past base64 at once.
func FuzzDecodePaymentText(f *testing.F) {
	for _, text := range []string{paymentTextV1, paymentTextV2, `{"x402Version":1}`, manyKeys(3), `{"a":"\ud83d\ude00"}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := DecodePayment(encode(text))
		checkDecoded(t, p, err)
		if err == nil {
			checkAgreesWithEncodingJSON(t, text, p)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	header := encode(paymentTextV2)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodePayment(header); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRefuse(b *testing.B) {
	for name, header := range hostile() {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := DecodePayment(header); err == nil {
					b.Fatal("read")
				}
			}
		})
	}
}
