package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// ErrTerms means that a launch is registered with other terms, or that another launch
// has its slug.
var ErrTerms = errors.New("the launch is registered otherwise")

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
}

// seconds converts seconds since 1970 to a time, and 0 to the zero time.
func seconds(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
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
		Sold: r.Sold, Reserved: r.Reserved, Delisted: r.Delisted,
		Read: mint.Block{Number: r.ReadTo, Hash: common.BytesToHash(r.ReadHash)},
	}
}

// SaveLaunch registers a launch, or updates the variable fields of a registered one:
// description, image, contract URI, deployment block, owner and minter. It returns
// ErrTerms if the launch is registered with other terms or another slug, or if
// another launch has its slug. Sold, Reserved, Delisted and Read of the argument are
// ignored. A new launch is on sale and read from its deployment block on. The price
// of the largest allowed payment must be less than 2⁶³ base units of the asset.
func (s *Store) SaveLaunch(ctx context.Context, l mint.Launch) error {
	if err := checkLaunch(l); err != nil {
		return fmt.Errorf("save launch %q: %w", l.Slug, err)
	}
	return s.write(ctx, "save launch "+l.Slug, func(w *tx) error {
		var bound sql.NullInt64
		if err := w.row("SELECT chain_id FROM meta").Scan(&bound); err != nil {
			return err
		}
		if bound.Valid && uint64(bound.Int64) != l.ChainID {
			return fmt.Errorf("%w: it is of chain %d, the launch of chain %d", ErrOtherChain, bound.Int64, l.ChainID)
		}
		saved, err := w.exec(`INSERT INTO launches (slug, description, image, chain_id, token, deployed_at,
			asset, asset_symbol, asset_name, asset_version, asset_decimals, name, symbol, contract_uri,
			price, allotment, cap, per_payment, opens_at, closes_at, treasury, owner, minter, read_to)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, max(?6, 1) - 1)
			ON CONFLICT (token) DO UPDATE SET description = excluded.description, image = excluded.image,
			deployed_at = excluded.deployed_at, asset_symbol = excluded.asset_symbol,
			contract_uri = excluded.contract_uri, owner = excluded.owner, minter = excluded.minter,
			-- Of blocks before the one that it was said to be deployed in nothing was read.
			read_to = iif(excluded.deployed_at < launches.deployed_at, excluded.read_to, launches.read_to),
			read_hash = iif(excluded.deployed_at < launches.deployed_at, x'', launches.read_hash)
			WHERE (slug, chain_id, asset, asset_name, asset_version, asset_decimals, name, symbol,
				price, allotment, cap, per_payment, opens_at, closes_at, treasury)
			= (excluded.slug, excluded.chain_id, excluded.asset, excluded.asset_name, excluded.asset_version, excluded.asset_decimals, excluded.name, excluded.symbol,
				excluded.price, excluded.allotment, excluded.cap, excluded.per_payment, excluded.opens_at, excluded.closes_at, excluded.treasury)
			ON CONFLICT (slug) DO NOTHING`,
			l.Slug, l.Description, l.Image, l.ChainID, l.Token[:], l.DeployedAt,
			l.Asset.Address[:], l.Asset.Symbol, l.Asset.Name, l.Asset.Version, l.Asset.Decimals, l.Name, l.Symbol, l.ContractURI,
			l.Price.Int64(), l.Allotment.String(), l.Cap, l.Limit, unix(l.OpensAt), unix(l.ClosesAt), l.Treasury[:], l.Owner[:], l.Minter[:])
		w.launchSaved = true
		if err == nil && saved == 0 {
			err = fmt.Errorf("token %s: %w", l.Token, ErrTerms)
		}
		return err
	})
}

// SetDelisted takes a launch off sale, or puts it back, and reports whether that
// changed anything. It fails with mint.ErrNotFound if no launch has the slug.
func (s *Store) SetDelisted(ctx context.Context, slug string, delisted bool) (changed bool, err error) {
	err = s.write(ctx, "list launch "+slug, func(w *tx) error {
		var was bool
		if err := w.row("SELECT delisted FROM launches WHERE slug = ?", slug).Scan(&was); errors.Is(err, sql.ErrNoRows) {
			return mint.ErrNotFound
		} else if err != nil {
			return err
		}
		changed = was != delisted
		_, err := w.exec("UPDATE launches SET delisted = ? WHERE slug = ?", delisted, slug)
		w.launchSaved = true
		return err
	})
	return changed && err == nil, err
}

func checkLaunch(l mint.Launch) error {
	switch {
	case !mint.ValidSlug(l.Slug):
		return fmt.Errorf("the slug is not %s", mint.SlugPattern)
	case l.Token == (common.Address{}) || l.Asset.Address == (common.Address{}):
		return errors.New("the token or the asset has no address")
	case l.Price == nil || l.Price.Sign() <= 0 || l.Allotment == nil || l.Allotment.Sign() <= 0:
		return errors.New("price and allotment are positive")
	case l.Cap < 1 || l.Limit < 1 || l.Limit > l.Cap:
		return fmt.Errorf("of a cap of %d a payment may not buy up to %d", l.Cap, l.Limit)
	case !l.Total(l.Limit).IsInt64():
		return fmt.Errorf("a payment of %s base units is too large to count", l.Total(l.Limit))
	}
	return nil
}

// Launches returns all launches, in the order of registration.
func (s *Store) Launches(ctx context.Context) ([]mint.Launch, error) {
	if m := s.snapshot.Load(); m != nil {
		return slices.Clone(m.launches), nil
	}
	return s.readLaunches(ctx)
}

func (s *Store) readLaunches(ctx context.Context) ([]mint.Launch, error) {
	var rows []launchRow
	if err := s.read.WithContext(ctx).Table("launches").Order("seq").Find(&rows).Error; err != nil {
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
		return m.launch(slug)
	}
	var row launchRow
	err := s.read.WithContext(ctx).Table("launches").Where("slug = ?", slug).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return mint.Launch{}, fmt.Errorf("launch %s: %w", slug, mint.ErrNotFound)
	}
	if err != nil {
		return mint.Launch{}, fmt.Errorf("read launch %s: %w", slug, err)
	}
	return row.launch(), nil
}
