package proof

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// orderFields are the members of an order that anybody could change without breaking the proof
// next to them, which signs the payer, the transaction, the network and the resource only. Members
// that change with time, such as the state, are not compared.
var orderFields = []string{"paymentId", "launch", "payer", "quantity", "tokens", "tokensBase", "symbol", "token", "paid", "network", "transaction", "settlement"}

// fields compares the order that a receipt was found in with the server's record of it or, without
// one, with the transaction. record is that order in JSON, or nil.
func (v *verification) fields(r *Receipt, m *Mint, record []byte) {
	order := v.signed.order
	if order == nil || v.report.Failed() {
		return
	}
	if v.tx == nil {
		v.report.add(CheckFields, Unchecked, "the fields next to the signed receipt were not compared")
		return
	}
	if m == nil && order["paymentId"] != nil && len(v.tx.Mints) > 0 {
		v.report.add(CheckFields, Failed, fmt.Sprintf("paymentId: the transaction minted nothing for the payer with the id %.80s", inText(order["paymentId"])))
		return
	}
	known := object{"payer": r.Payer, "network": r.Network, "transaction": r.Transaction}
	if m != nil {
		known["paymentId"], known["token"], known["quantity"] = m.ID.Hex(), m.Token.Hex(), json.Number(strconv.FormatInt(m.Quantity, 10))
	}
	source := "the chain"
	known["payer"] = common.HexToAddress(r.Payer).Hex()
	if o, err := readObject("order", record, MaxDocument); err == nil {
		known, source = o, "the server's order"
	}
	var same, open []string
	for _, name := range orderFields {
		said, there := order[name]
		if !there {
			continue
		}
		is, proven := known[name]
		switch {
		case !proven && source == "the chain":
			open = append(open, name)
		case !strings.EqualFold(inText(said), inText(is)):
			v.report.add(CheckFields, Failed, fmt.Sprintf("%s: the document says %.200s, and %s %.200s", name, inText(said), source, inText(is)))
			return
		default:
			same = append(same, name)
		}
	}
	if len(open) > 0 {
		v.report.add(CheckFields, Unchecked, fmt.Sprintf("%s are next to the signed receipt, and nothing here proves them", strings.Join(open, ", ")))
		return
	}
	v.report.add(CheckFields, Passed, fmt.Sprintf("%s are those of %s", strings.Join(same, ", "), source))
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
