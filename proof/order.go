package proof

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// Members of an order that change while it is correct: with time, with the operator's settings,
// or when the ledger is rebuilt. Another value is not called false, and not true either.
var changing = []string{"state", "final", "block", "createdAt", "updatedAt", "explorer", "url"}

// fields compares the document around a receipt with the receipt, with the server's record of the
// order and with the transaction. Anybody could change these members without breaking the
// signature next to them. record is the order in JSON, or nil.
func (v *verification) fields(r *Receipt, m *Mint, record []byte) {
	if v.report.Failed() || v.signed.order == nil && v.signed.message == nil {
		return
	}
	server, err := readObject("order", record, MaxDocument)
	if err != nil {
		server = nil
	}
	var c comparison
	c.settlement(v.signed.message, r, server, v.tx)
	if order := v.signed.order; order != nil && c.wrong == "" {
		switch {
		case v.tx == nil:
			c.open = append(c.open, "the order")
		case m == nil && order["paymentId"] != nil && len(v.tx.Mints) > 0 && !v.mentions(r):
			c.wrong = fmt.Sprintf("paymentId: the transaction minted nothing for the payer with the id %.80s", inText(order["paymentId"]))
		default:
			c.order(order, r, m, server)
		}
	}
	v.report.add(c.result())
}

// mentions reports whether the transaction has a mint with the order's payment id for the payer,
// if only of a contract that the ledger does not know.
func (v *verification) mentions(r *Receipt) bool {
	id, claimed := v.signed.claimed()
	return claimed && slices.ContainsFunc(v.tx.Mints, func(m Mint) bool { return m.ID == id && m.Payer == common.HexToAddress(r.Payer) })
}

// comparison compares the members of a document with known values.
type comparison struct {
	same, open []string // names of members: as they are known to be, and not known
	wrong      string   // the first false member, or ""
	source     string   // of the known values
}

func (c *comparison) result() (string, Status, string) {
	switch {
	case c.wrong != "":
		return CheckFields, Failed, c.wrong
	case len(c.open) > 0:
		return CheckFields, Unchecked, fmt.Sprintf("next to the signed statement are members that nothing proves: %.300s", strings.Join(c.open, ", "))
	}
	return CheckFields, Passed, fmt.Sprintf("%s are those of %s", strings.Join(c.same, ", "), c.source)
}

// member compares one member of a document.
func (c *comparison) member(name string, said, is any) {
	if strings.EqualFold(inText(said), inText(is)) {
		c.same = append(c.same, name)
	} else if c.wrong == "" {
		c.wrong = fmt.Sprintf("%s: the document says %.200s, and %s %.200s", name, inText(said), c.source, inText(is))
	}
}

// settlement compares the JSON of PAYMENT-RESPONSE.
func (c *comparison) settlement(message object, r *Receipt, server object, tx *Transaction) {
	c.source = "the receipt"
	for _, name := range slices.Sorted(maps.Keys(message)) {
		said := message[name]
		switch name {
		case "extensions":
		case "success":
			c.member(name, said, true)
		case "transaction":
			c.member(name, said, r.Transaction)
		case "payer":
			c.member(name, said, r.Payer)
		case "network":
			if n, ok := x402.NetworkByName(inText(said)); ok {
				said = n.CAIP2()
			}
			c.member(name, said, r.Network)
		case "amount":
			if paid, ok := server["paid"].(object); ok {
				c.member(name, said, paid["amount"])
			} else if tx == nil || !tx.moved(r.Payer, inText(said)) {
				c.open = append(c.open, name)
			}
		default:
			if said != nil && said != "" {
				c.open = append(c.open, name)
			}
		}
	}
}

// order compares an order of mint402.
func (c *comparison) order(order object, r *Receipt, m *Mint, server object) {
	known := object{"payer": common.HexToAddress(r.Payer).Hex(), "network": r.Network, "transaction": r.Transaction}
	if m != nil {
		known["paymentId"], known["token"], known["quantity"] = m.ID.Hex(), m.Token.Hex(), json.Number(strconv.FormatInt(m.Quantity, 10))
	}
	c.source = "the chain"
	if server != nil {
		known, c.source = server, "the server's order"
	}
	for _, name := range slices.Sorted(maps.Keys(order)) {
		said, is := order[name], known[name]
		switch {
		case name == "proof" || progressed(name, said, is):
		case is == nil && (server == nil || name != "settlement"), slices.Contains(changing, name) && !strings.EqualFold(inText(said), inText(is)):
			c.open = append(c.open, name)
		default:
			c.member(name, said, is)
		}
	}
}

// progressed reports whether a document has what was true before: it was stored then.
func progressed(name string, said, is any) bool {
	switch name {
	case "state":
		return said == "mined" && is == "minted"
	case "final":
		return said == false && is == true
	case "updatedAt":
		then, err := time.Parse(time.RFC3339, inText(said))
		now, err2 := time.Parse(time.RFC3339, inText(is))
		return err == nil && err2 == nil && !then.After(now)
	}
	return false
}

// quote compares the JSON of PAYMENT-REQUIRED, or of a 402's body, with a signed offer in it.
func (v *verification) quote(o *Offer) {
	message := v.signed.message
	if message == nil || v.report.Failed() {
		return
	}
	entries, _ := message["accepts"].([]any)
	i := 0
	if v.signed.AcceptIndex != nil {
		i = *v.signed.AcceptIndex
	}
	c := comparison{source: "the offer"}
	name := fmt.Sprintf("accepts[%d]", i)
	if i >= len(entries) {
		v.report.add(CheckFields, Failed, name+": the document does not have what the offer is for")
		return
	}
	entry, ok := entries[i].(object)
	if !ok {
		v.report.add(CheckFields, Failed, name+": expected an object")
		return
	}
	amount, resource := "amount", any(nil)
	if v1 := entry["maxAmountRequired"]; v1 != nil {
		amount, resource = "maxAmountRequired", entry["resource"]
	} else if about, ok := message["resource"].(object); ok {
		resource = about["url"]
	}
	network := entry["network"]
	if n, ok := x402.NetworkByName(inText(network)); ok {
		network = n.CAIP2()
	}
	c.member(name+".scheme", entry["scheme"], o.Scheme)
	c.member(name+".network", network, o.Network)
	c.member(name+".asset", entry["asset"], o.Asset)
	c.member(name+".payTo", entry["payTo"], o.PayTo)
	c.member(name+"."+amount, entry[amount], o.Amount)
	if resource != o.ResourceURL { // a URL's case matters
		c.member("resource", fmt.Sprint(resource), "another, "+o.ResourceURL)
	}
	for j := range entries {
		if !v.signed.offered(j) {
			c.open = append(c.open, fmt.Sprintf("accepts[%d]", j))
		}
	}
	v.report.add(c.result())
}

// offered reports whether an entry of accepts has an offer in the same message. An offer without
// an index is for the first entry.
func (s Signed) offered(entry int) bool {
	all, _ := s.message.statements()
	return slices.ContainsFunc(all, func(s Signed) bool {
		return s.AcceptIndex == nil && entry == 0 || s.AcceptIndex != nil && *s.AcceptIndex == entry
	})
}

// inText returns a value for people: a text as it is, anything else as JSON.
func inText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case object:
		return string(canonical(value))
	}
	return fmt.Sprint(value)
}

// claimed returns the payment id of the order that a receipt was found in.
func (s Signed) claimed() (id common.Hash, there bool) {
	given, ok := s.order["paymentId"].(string)
	ok = ok && id.UnmarshalText([]byte(given)) == nil
	return id, ok
}
