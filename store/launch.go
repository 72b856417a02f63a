package store

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/store/profiles"
	"github.com/mint402/mint402/x402"
)

var (
	// ErrTerms means that a launch is registered with other terms or another slug.
	ErrTerms = errors.New("the launch is already registered with other terms")
	// ErrSlug means that another launch has the slug.
	ErrSlug = errors.New("another launch has the slug")
)

// launchRow is a row of the table launches; its columns are explained in schema.sql.
type launchRow struct {
	Slug, Description, Image             string
	ChainID                              uint64
	Token                                common.Address
	DeployedAt                           uint64
	Asset                                common.Address
	AssetSymbol, AssetName, AssetVersion string
	AssetDecimals                        uint8
	Name, Symbol                         string
	ContractURI                          string `gorm:"column:contract_uri"`
	Price                                int64
	Allotment                            amount
	Cap, PerPayment                      int64
	OpensAt, ClosesAt                    int64
	Treasury, Owner, Minter              common.Address
	Sold, Reserved                       int64
	ReadTo                               uint64
	ReadHash                             []byte
	Delisted                             bool
	Reported                             mint.Standing
	ReportedAt                           int64
	Hidden, Front                        bool
	Default                              bool `gorm:"column:chosen"`
	Place, Removals                      int
	ReadTwiceTo                          uint64
	Creator                              []byte
	Created                              int64
}

// TableName implements gorm's schema.Tabler.
func (launchRow) TableName() string { return "launches" }

// newLaunchRow is the row of a launch that was just registered: nothing is sold, and
// nothing is read from its deployment block on.
func newLaunchRow(l mint.Launch) launchRow {
	return launchRow{
		Slug: l.Slug, Description: l.Description, Image: l.Image,
		ChainID: l.ChainID, Token: l.Token, DeployedAt: l.DeployedAt,
		Asset: l.Asset.Address, AssetSymbol: l.Asset.Symbol, AssetName: l.Asset.Name,
		AssetVersion: l.Asset.Version, AssetDecimals: l.Asset.Decimals,
		Name: l.Name, Symbol: l.Symbol, ContractURI: l.ContractURI,
		Price: l.Price.Int64(), Allotment: amount{l.Allotment}, Cap: l.Cap, PerPayment: l.Limit,
		OpensAt: unix(l.OpensAt), ClosesAt: unix(l.ClosesAt),
		Treasury: l.Treasury, Owner: l.Owner, Minter: l.Minter,
		ReadTo: max(l.DeployedAt, 1) - 1, ReadHash: []byte{}, ReadTwiceTo: max(l.DeployedAt, 1) - 1,
		Creator: []byte{},
	}
}

// seconds converts seconds since 1970 to a time, and 0 to the zero time.
func seconds(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// reportedAt converts nanoseconds since 1970 to a time, and 0 to the zero time.
func reportedAt(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func (r launchRow) launch() mint.Launch {
	return mint.Launch{
		Slug: r.Slug, Description: r.Description, Image: r.Image,
		ChainID: r.ChainID, Token: r.Token, DeployedAt: r.DeployedAt,
		Asset: x402.Asset{Address: r.Asset, Symbol: r.AssetSymbol, Name: r.AssetName, Version: r.AssetVersion, Decimals: r.AssetDecimals},
		Name:  r.Name, Symbol: r.Symbol, ContractURI: r.ContractURI,
		Price: big.NewInt(r.Price), Allotment: r.Allotment.Int, Cap: r.Cap, Limit: r.PerPayment,
		OpensAt: seconds(r.OpensAt), ClosesAt: seconds(r.ClosesAt),
		Treasury: r.Treasury, Owner: r.Owner, Minter: r.Minter,
		Sold: r.Sold, Reserved: r.Reserved, Delisted: r.Delisted, Reported: r.Reported, ReportedAt: reportedAt(r.ReportedAt),
		Hidden: r.Hidden, Default: r.Default, Front: r.Front, Place: r.Place, Removals: r.Removals, Creator: common.BytesToAddress(r.Creator),
		Read: mint.Block{Number: r.ReadTo, Hash: common.BytesToHash(r.ReadHash)}, Twice: r.ReadTwiceTo,
	}
}

// SaveLaunch registers a launch, or updates the variable fields of a registered one:
// description, image, contract URI, deployment block, owner and minter. Other texts are a
// new version of its profile, by [profile.Author]. It returns
// ErrTerms if the launch is registered with other terms or another slug, and ErrSlug if
// another launch has its slug. The argument's counters, its arrangement (see Arrange),
// Reported, Read and Twice are ignored. A new launch is on sale and read from its deployment block on. The price
// of the largest allowed payment must be less than 2⁶³ base units of the asset.
func (s *Store) SaveLaunch(ctx context.Context, l mint.Launch) error {
	if err := checkLaunch(l); err != nil {
		return fmt.Errorf("save launch %q: %w", l.Slug, err)
	}
	return s.write(ctx, "save launch "+l.Slug, func(w *tx) error {
		w.launchSaved = true
		if err := w.saveLaunch(l); err != nil {
			return err
		}
		return profiles.Listed(w.db, w.now, l.Slug, profile.Author(ctx), l.Description, l.Image)
	})
}

// Columns of launches. SaveLaunch never changes the terms, and updates the others with
// the values offered.
var (
	termColumns = []string{"slug", "chain_id", "asset", "asset_name", "asset_version", "asset_decimals", "name", "symbol",
		"price", "allotment", "cap", "per_payment", "opens_at", "closes_at", "treasury"}
	variableColumns = []string{"description", "image", "deployed_at", "asset_symbol", "contract_uri", "owner", "minter"}
)

func (w *tx) saveLaunch(l mint.Launch) error {
	if w.chain != 0 && w.chain != l.ChainID {
		return fmt.Errorf("%w: these are the books of chain %d, and the launch is on chain %d", ErrOtherChain, w.chain, l.ChainID)
	}
	if err := bound(w, l.ChainID); err != nil {
		return err
	}
	var other []launchRow
	if err := w.db.Select("token").Where("slug = ? AND (token <> ? OR chain_id <> ?)", l.Slug, l.Token, l.ChainID).Find(&other).Error; err != nil {
		return err
	}
	for _, o := range other {
		return fmt.Errorf("%w: %q is the slug of token %s", ErrSlug, l.Slug, o.Token)
	}
	// The events of an earlier deployment block were not read.
	const earlier = "excluded.deployed_at < launches.deployed_at"
	row := newLaunchRow(l)
	n, err := w.done(w.db.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "chain_id"}, {Name: "token"}},
		Where: clause.Where{Exprs: []clause.Expression{gorm.Expr(fmt.Sprintf("(%s) = (excluded.%s)",
			strings.Join(termColumns, ", "), strings.Join(termColumns, ", excluded.")))}},
		DoUpdates: append(clause.AssignmentColumns(variableColumns), clause.Assignments(map[string]any{
			"read_to":       gorm.Expr("iif(" + earlier + ", excluded.read_to, launches.read_to)"),
			"read_hash":     gorm.Expr("iif(" + earlier + ", x'', launches.read_hash)"),
			"read_twice_to": gorm.Expr("iif(" + earlier + ", excluded.read_twice_to, launches.read_twice_to)"),
		})...),
	}).Create(&row))
	if err == nil && n == 0 {
		err = fmt.Errorf("token %s: %w", l.Token, ErrTerms)
	}
	return err
}

// Arrange changes the operator's arrangement in one write: edit gets the current one. Its
// error is returned, and then nothing is changed. Slugs that no launch has, and repeated
// ones, fail with mint.ErrNotFound and ErrRepeated.
func (s *Store) Arrange(ctx context.Context, edit func(*mint.Arrangement) error) error {
	return s.write(ctx, "arrange launches", func(w *tx) error {
		var rows []launchRow
		if err := w.db.Order(inOrder).Find(&rows).Error; err != nil {
			return err
		}
		launches := make([]mint.Launch, len(rows))
		for i, r := range rows {
			launches[i] = r.launch()
		}
		a := mint.ArrangementOf(launches)
		if err := edit(&a); err != nil {
			return err
		}
		if err := checkArrangement(&a, rows); err != nil {
			return err
		}
		w.launchSaved = true
		for _, was := range rows {
			r := was
			r.Delisted, r.Hidden, r.Place = slices.Contains(a.Delisted, r.Slug), slices.Contains(a.Hidden, r.Slug), slices.Index(a.Order, r.Slug)+1
			r.Default, r.Front = r.Slug == a.Default, r.Slug == a.Front
			if r.Delisted == was.Delisted && r.Hidden == was.Hidden && r.Place == was.Place && r.Default == was.Default && r.Front == was.Front {
				continue
			}
			if (r.Delisted || r.Hidden) && !was.Delisted && !was.Hidden {
				r.Removals++
			}
			if _, err := w.done(w.db.Model(&launchRow{}).Where("slug = ?", r.Slug).Select("delisted", "hidden", "place", "chosen", "front", "removals").Updates(&r)); err != nil {
				return err
			}
		}
		return nil
	})
}

// ErrRepeated means that an arrangement has a launch twice in a list.
var ErrRepeated = errors.New("a launch is there twice")

func checkArrangement(a *mint.Arrangement, rows []launchRow) error {
	known := map[string]bool{}
	for _, r := range rows {
		known[r.Slug] = true
	}
	lists := [][]string{a.Order, a.Hidden, a.Delisted}
	for _, chosen := range []string{a.Default, a.Front} {
		if chosen != "" {
			lists = append(lists, []string{chosen})
		}
	}
	for _, list := range lists {
		seen := map[string]bool{}
		for _, slug := range list {
			if !known[slug] {
				return fmt.Errorf("launch %q: %w", slug, mint.ErrNotFound)
			}
			if seen[slug] {
				return fmt.Errorf("launch %q: %w", slug, ErrRepeated)
			}
			seen[slug] = true
		}
	}
	return nil
}

func checkLaunch(l mint.Launch) error {
	switch {
	case !mint.ValidSlug(l.Slug):
		return fmt.Errorf("the slug must match %s", mint.SlugPattern)
	case l.Token == (common.Address{}) || l.Asset.Address == (common.Address{}):
		return errors.New("the token or the asset has no address")
	case l.Price == nil || l.Price.Sign() <= 0 || l.Allotment == nil || l.Allotment.Sign() <= 0:
		return errors.New("the price and the allotment must be positive")
	case l.Cap < 1 || l.Limit < 1 || l.Limit > l.Cap:
		return fmt.Errorf("the cap is %d and a payment may buy up to %d: both must be at least 1, and the cap the larger", l.Cap, l.Limit)
	case !l.Total(l.Limit).IsInt64():
		return fmt.Errorf("the largest payment is %s base units of the asset, and must be less than 2⁶³", l.Total(l.Limit))
	}
	return nil
}

// inOrder sorts launches as the operator does, and those without a place by registration.
const inOrder = "place = 0, place, seq"

// Launches returns all launches in the operator's order; see [mint.Store].
func (s *Store) Launches(ctx context.Context) ([]mint.Launch, error) {
	if m := s.snapshot.Load(); m != nil {
		return m.of(s.chain), nil
	}
	return s.readLaunches(ctx, s.chain)
}

func (s *Store) readLaunches(ctx context.Context, chain uint64) ([]mint.Launch, error) {
	var rows []launchRow
	if err := s.read.WithContext(ctx).Where("? IN (0, chain_id)", chain).Order(inOrder).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read launches: %w", err)
	}
	launches := make([]mint.Launch, len(rows))
	for i, r := range rows {
		launches[i] = r.launch()
	}
	return launches, nil
}

// Launch returns the launch with a slug, or mint.ErrNotFound.
func (s *Store) Launch(ctx context.Context, slug string) (mint.Launch, error) {
	if m := s.snapshot.Load(); m != nil {
		return m.launch(s.chain, slug)
	}
	var row launchRow
	err := s.read.WithContext(ctx).Where("slug = ? AND ? IN (0, chain_id)", slug, s.chain).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return mint.Launch{}, fmt.Errorf("launch %s: %w", slug, mint.ErrNotFound)
	}
	if err != nil {
		return mint.Launch{}, fmt.Errorf("read launch %s: %w", slug, err)
	}
	return row.launch(), nil
}
