package chain

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/chain/usual"
)

const usualLog = `{"address":"0x9dae2d3581fb3e679232464b5d4a26bf96be8d44","topics":["0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",` +
	`"0x0000000000000000000000000000000000000000000000000000000000000000","0x00000000000000000000000087a462b21ab9aa6b0640f83e56f0e4932ebcecc0"],` +
	`"data":"0x00000000000000000000000000000000000000000000010f0cf064dd59200000","blockHash":"0xac32c7b1a83a8b64465823294911c9c750d8a41c3db23cefc6ad2066e6ab1836",` +
	`"blockNumber":"0xd","blockTimestamp":"0x692811aa","transactionHash":"0xac32c7b1a83a8b64465823294911c9c750d8a41c3db23cefc6ad2066e6ab1836",` +
	`"transactionIndex":"0x0","logIndex":"0x3","removed":false}`

// FuzzLogsAreReadAsGoEthereumReadsThem: the same logs, and an error for the same answers.
func FuzzLogsAreReadAsGoEthereumReadsThem(f *testing.F) {
	for _, seed := range []string{
		"[]", "[ ]", "null", "{}", `""`, "[null]", "[{}]", "[" + usualLog + "]", "[" + usualLog + ", " + usualLog + "]",
		strings.Replace("["+usualLog+"]", `"removed":false`, `"removed":true`, 1),
		strings.Replace("["+usualLog+"]", `"removed":false`, `"removed":null`, 1),
		strings.Replace("["+usualLog+"]", `"removed":false`, `"REMOVED":true`, 1),
		strings.Replace("["+usualLog+"]", `"removed":false`, `"l1Block":{"a":[1]},"x":1.5e3,"y":"\u0061"`, 1),
		strings.Replace("["+usualLog+"]", `"0xd"`, `"0x0d"`, 1), strings.Replace("["+usualLog+"]", `"0xd"`, `"0xD"`, 1),
		strings.Replace("["+usualLog+"]", `"0xd"`, `null`, 1), strings.Replace("["+usualLog+"]", `"0xd"`, `""`, 1),
		strings.Replace("["+usualLog+"]", `"0xd"`, `"0xffffffffffffffff"`, 1), strings.Replace("["+usualLog+"]", `"0xd"`, `"0x1ffffffffffffffff"`, 1),
		strings.Replace("["+usualLog+"]", `"topics":[`, `"topics":[],"other":[`, 1),
		strings.Replace("["+usualLog+"]", `"address"`, `"addresS"`, 1), strings.Replace("["+usualLog+"]", `"data":"0x0`, `"data":"0X0`, 1),
		strings.Replace("["+usualLog+"]", `"data":"0x00`, `"data":"0x0`, 1), strings.Replace("["+usualLog+"]", `"transactionHash"`, `"hash"`, 1),
		"[" + strings.ReplaceAll(usualLog, ",", " ,\n\t") + "]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got logList
		var want []types.Log
		gotErr, wantErr := json.Unmarshal(data, &got), json.Unmarshal(data, &want)
		if (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, and by go-ethereum %v", data, gotErr, wantErr)
		}
		if gotErr == nil && !reflect.DeepEqual([]types.Log(got), want) {
			t.Fatalf("%q:\n%+v, and by go-ethereum\n%+v", data, got, want)
		}
	})
}

func TestLogsInTheUsualFormAreReadDirectly(t *testing.T) {
	if logs, ok := usual.Logs([]byte("[" + usualLog + "," + usualLog + "]")); !ok || len(logs) != 2 {
		t.Errorf("read %v of them (%v)", len(logs), ok)
	}
}

func BenchmarkLogs(b *testing.B) {
	all := []byte("[" + strings.Repeat(usualLog+",", 399) + usualLog + "]")
	b.ReportAllocs()
	for b.Loop() {
		var logs logList
		if err := json.Unmarshal(all, &logs); err != nil {
			b.Fatal(err)
		}
	}
}
