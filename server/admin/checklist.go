package admin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/source"
)

// State is how far an item of the checklist is.
type State string

// States of an item.
const (
	Done      State = "done"
	ToDo      State = "to_do"
	NotNeeded State = "not_needed"
	NotKnown  State = "not_known" // it cannot be read now
)

// Item is something that an operator should have done before selling. Its state is read
// for each answer.
type Item struct {
	Code    string `json:"code"`
	Title   string `json:"title"`
	State   State  `json:"state"`
	Detail  string `json:"detail"`
	Command string `json:"command,omitempty"` // that does it
	Link    string `json:"link,omitempty"`    // the page where to do it
}

// Checklist is the answer.
type Checklist struct {
	Items []Item `json:"items"`
	Left  int    `json:"left"` // to do or not known
}

// Backup is the newest copy of the database.
type Backup struct {
	At    time.Time
	File  string
	Bytes int64
	There bool // the file is still where it was written, with that size
}

// maxBackupAge is how old the newest copy may be.
const maxBackupAge = 7 * 24 * time.Hour

// numbers has the routes of the checklist, of revenue and of notes.
type numbers struct{ d *Dashboard }

// checklist answers with what is done and what is not.
func (n numbers) checklist(c *fiber.Ctx, _ session) error {
	launches, err := n.d.Presenter.Reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	list := Checklist{Items: []Item{n.launch(launches)}}
	for _, on := range n.d.Presenter.Chains {
		list.Items = append(list.Items, n.onChain(c, on, launches)...)
	}
	list.Items = append(list.Items, n.https(), n.backup(), n.verification(launches))
	for _, i := range list.Items {
		if i.State == ToDo || i.State == NotKnown {
			list.Left++
		}
	}
	return c.JSON(list)
}

// onChain returns the items of a chain. With several, each title names the network.
func (n numbers) onChain(c *fiber.Ctx, on *api.Chain, launches []mint.Launch) []Item {
	own := slices.DeleteFunc(slices.Clone(launches), func(l mint.Launch) bool { return l.ChainID != on.Network.ChainID })
	items := []Item{n.keys(on, own), n.gas(c, on), n.nodes(on), sale(on)}
	if len(n.d.Presenter.Chains) > 1 {
		for i := range items {
			items[i].Title += " on " + on.Network.Title
			items[i].Code += "-" + on.Network.Name
		}
	}
	return items
}

func (n numbers) launch(launches []mint.Launch) Item {
	i := Item{Code: "launch", Title: "A launch is registered", State: Done, Detail: fmt.Sprintf("%d registered.", len(launches))}
	if len(launches) == 0 {
		i.State, i.Detail, i.Link = ToDo, "There is nothing to sell yet.", "#/new"
	}
	return i
}

// keys checks that the keys on this machine have no other role.
func (n numbers) keys(on *api.Chain, launches []mint.Launch) Item {
	e := on.Engine
	i := Item{Code: "keys", Title: "Keys have one role each", State: Done}
	i.Detail = fmt.Sprintf("Keys that send: %d. The owner and the treasury are other accounts.", len(e.Senders))
	if e.Minter == (common.Address{}) {
		i.Detail += " There is no minter's key, so payments that were settled elsewhere wait for the owner."
	}
	if len(e.Senders) == 0 {
		i.State, i.Detail, i.Command = ToDo, "This server has no key that sends.", "MINT402_SENDER_KEY=… mint402 serve …"
		return i
	}
	hot := append(slices.Clone(e.Senders), e.Minter, n.d.desk(on.Network.ChainID).Deployer)
	if slices.Contains(e.Senders, e.Minter) {
		i.State, i.Detail = ToDo, "The minter's key is also a sender's key. Give the server another minter's key, and set it as the minter of each launch."
	}
	for _, l := range launches {
		owner := l.Owner
		if now, _, known := e.Conditions(l.Slug); known {
			owner = now.Owner
		}
		for _, role := range []struct {
			name    string
			account common.Address
		}{{"owner", owner}, {"treasury", l.Treasury}} {
			if role.account != (common.Address{}) && slices.Contains(hot, role.account) {
				i.State = ToDo
				i.Detail = fmt.Sprintf("A key on this machine is the %s of %s. If the machine is taken over, so is that role: use an account whose key is elsewhere.", role.name, l.Slug)
			}
		}
	}
	if i.State == ToDo && (n.d.Presenter.Demo || on.Network.Testnet) {
		i.State, i.Detail = NotNeeded, i.Detail+" On a test network that costs nothing."
	}
	return i
}

func (n numbers) gas(c *fiber.Ctx, on *api.Chain) Item {
	i := Item{Code: "gas", Title: "Senders have gas", State: Done}
	senders := on.Engine.Senders
	found, err := n.d.desk(on.Network.ChainID).Backend.GasAccounts(c.UserContext(), senders...)
	if err != nil {
		i.State, i.Detail = NotKnown, "The nodes do not answer."
		return i
	}
	var mints int64
	var poor []string
	for _, a := range found {
		mints += a.Mints
		if !a.Enough {
			poor = append(poor, a.Address.Hex())
		}
	}
	if i.Detail = fmt.Sprintf("Enough for about %d single mints.", mints); len(poor) > 0 || len(found) == 0 {
		i.State, i.Detail = ToDo, "Send coins for gas to "+strings.Join(poor, ", ")+"."
		if len(found) == 0 {
			i.Detail = "There is no sender."
		}
	}
	return i
}

func (n numbers) nodes(on *api.Chain) Item {
	nodes := on.Nodes()
	up := 0
	for _, node := range nodes {
		if node.Ok {
			up++
		}
	}
	i := Item{Code: "nodes", Title: "Two nodes or more", State: Done, Detail: fmt.Sprintf("%d of %d answer.", up, len(nodes))}
	switch {
	case n.d.Presenter.Demo:
		i.State, i.Detail = NotNeeded, "The demo's chain is in this process."
	case len(nodes) < 2:
		i.State, i.Command = ToDo, "mint402 serve --rpc https://…,https://… …"
		i.Detail = "With one node, the sale stops when it does, and only that node's word is heard. Add a node of another company."
	case up < len(nodes):
		i.State, i.Detail = ToDo, i.Detail+" See Nodes below for the reason."
	}
	return i
}

func (n numbers) https() Item {
	i := Item{Code: "https", Title: "The public address is https", State: Done, Detail: n.d.Presenter.PublicURL + "."}
	switch {
	case n.d.Presenter.Secure():
	case n.d.Presenter.Demo:
		i.State, i.Detail = NotNeeded, "The demo is for this machine."
	default:
		i.State, i.Command = ToDo, "mint402 serve --public-url https://mint.example …"
		i.Detail = "Signed payments and sign-ins can be overheard. Put a proxy with a certificate in front, and name its address."
	}
	return i
}

func (n numbers) backup() Item {
	i := Item{Code: "backup", Title: "A fresh backup", State: Done, Command: "mint402 backup /backup/mint402-$(date +%F).db"}
	if n.d.Presenter.Demo {
		return Item{Code: i.Code, Title: i.Title, State: NotNeeded, Detail: "The demo keeps nothing."}
	}
	if n.d.Backups == nil {
		i.State, i.Detail = NotKnown, "This server cannot see backups."
		return i
	}
	b, err := n.d.Backups()
	switch age := n.d.Presenter.Now().Sub(b.At); {
	case err != nil:
		i.State, i.Detail = NotKnown, "The note about the newest backup cannot be read."
	case b.At.IsZero():
		i.State, i.Detail = ToDo, "mint402 backup was never run for this database. Other ways to copy it are not seen here."
	case age > maxBackupAge:
		i.State, i.Detail = ToDo, fmt.Sprintf("The newest one is %d days old.", int(age.Hours()/24))
	default:
		i.Command = ""
		i.Detail = fmt.Sprintf("%s UTC, %d bytes, %s.", b.At.UTC().Format("2 January 2006, 15:04"), b.Bytes, b.File)
		if !b.There {
			i.Detail += " The file is not there any more: that is fine if it was moved to another machine."
		}
	}
	return i
}

func (n numbers) verification(launches []mint.Launch) Item {
	p := n.d.Presenter
	i := Item{Code: "verification", Title: "Sources are verified", State: Done, Detail: "Each launch's source is shown by at least one service."}
	if p.Demo {
		i.State, i.Detail = NotNeeded, "A chain in memory has no explorer."
		return i
	}
	var missing []string
	for _, l := range launches {
		verified := slices.ContainsFunc(api.SourceDetails(p.Of(&l).Sources, l.Token), func(s api.SourceDetail) bool { return s.Status == source.Verified })
		if !verified {
			missing = append(missing, l.Slug)
		}
	}
	switch {
	case len(launches) == 0:
		i.State, i.Detail = NotNeeded, "There is no launch yet."
	case len(missing) > 0:
		i.State, i.Command = ToDo, "mint402 verify --launch "+missing[0]
		named := strings.Join(missing[:min(5, len(missing))], ", ")
		if more := len(missing) - 5; more > 0 {
			named += fmt.Sprintf(" and of %d more", more)
		}
		i.Detail = fmt.Sprintf("Buyers cannot read the source of %s. serve --verify-with sourcify does it for every launch.", named)
	}
	return i
}

// sale checks that the server sells on a chain now.
func sale(on *api.Chain) Item {
	i := Item{Code: "sale", Title: "The server can sell now", State: Done, Detail: "Nothing keeps it from minting."}
	if faults := on.Engine.Health().Faults; len(faults) > 0 {
		i.State, i.Detail, i.Link = ToDo, faults[0].Detail+".", "/readyz"
	}
	return i
}
