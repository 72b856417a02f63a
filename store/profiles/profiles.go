// Package profiles keeps the profiles of launches, with all their versions, and the files of
// their pictures: the tables profiles and media. A [Table] runs its statements on connections
// that it gets, so its writes are transactions of the database around it.
package profiles

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/mint402/mint402/media"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
)

// Table reads and writes profiles.
type Table struct {
	Read *gorm.DB
	// Write runs f in one durable transaction. A launch may be changed in it.
	Write func(ctx context.Context, verb string, f func(db *gorm.DB, now time.Time) error) error
	// Reload reads the launches again, after another process edited a profile.
	Reload func(ctx context.Context) error
}

const newest = "SELECT launch, version, at, author, changed, content FROM profiles p WHERE version = (SELECT max(version) FROM profiles WHERE launch = p.launch)"

// Profile returns the newest version of a launch's profile, or the zero Version if it
// was never edited.
func (t *Table) Profile(ctx context.Context, launch string) (profile.Version, error) {
	return read(t.Read.WithContext(ctx), launch)
}

func read(db *gorm.DB, launch string) (v profile.Version, err error) {
	all, err := list(db, newest+" AND launch = ?", launch)
	if err != nil || len(all) == 0 {
		return v, err
	}
	return all[0].Version, nil
}

// Profiles returns the newest version of each launch that has one.
func (t *Table) Profiles(ctx context.Context) (map[string]profile.Version, error) {
	return byLaunch(list(t.Read.WithContext(ctx), newest))
}

// ProfilesOf returns the newest version of those of the launches that have one.
func (t *Table) ProfilesOf(ctx context.Context, launches []string) (map[string]profile.Version, error) {
	if len(launches) == 0 {
		return nil, nil
	}
	return byLaunch(list(t.Read.WithContext(ctx), newest+" AND launch IN ?", launches))
}

func byLaunch(all []row, err error) (map[string]profile.Version, error) {
	versions := make(map[string]profile.Version, len(all))
	for _, r := range all {
		versions[r.launch] = r.Version
	}
	return versions, err
}

// maxHistory is how many versions are read at most.
const maxHistory = 200

// History returns the newest versions of a launch's profile, newest first, at most 200.
func (t *Table) History(ctx context.Context, launch string) (versions []profile.Version, err error) {
	all, err := list(t.Read.WithContext(ctx), "SELECT launch, version, at, author, changed, content FROM profiles WHERE launch = ? ORDER BY version DESC LIMIT ?", launch, maxHistory)
	for _, r := range all {
		versions = append(versions, r.Version)
	}
	return versions, err
}

// row is a version with its launch.
type row struct {
	launch string
	profile.Version
}

func list(db *gorm.DB, query string, args ...any) (all []row, err error) {
	rows, err := db.Raw(query, args...).Rows()
	if err != nil {
		return nil, fmt.Errorf("read profiles: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		var at int64
		var changed, content string
		if err := rows.Scan(&r.launch, &r.Number, &at, &r.Author, &changed, &content); err != nil {
			return nil, fmt.Errorf("read profiles: %w", err)
		}
		r.At = time.Unix(0, at).UTC()
		if err := errors.Join(json.Unmarshal([]byte(changed), &r.Changed), json.Unmarshal([]byte(content), &r.Profile)); err != nil {
			return nil, fmt.Errorf("read version %d of the profile of %s: %w", r.Number, r.launch, err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read profiles: %w", err)
	}
	return all, nil
}

// Media returns a file by its hash, 64 hex digits, or mint.ErrNotFound.
func (t *Table) Media(ctx context.Context, hash string) (kind string, body []byte, err error) {
	key, err := hex.DecodeString(hash)
	if err != nil {
		return "", nil, mint.ErrNotFound
	}
	err = t.Read.WithContext(ctx).Raw("SELECT type, body FROM media WHERE hash = ?", key).Row().Scan(&kind, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, mint.ErrNotFound
	}
	if err != nil {
		return "", nil, fmt.Errorf("read file %s: %w", hash, err)
	}
	return kind, body, nil
}

// mediaSize adds up the files that the versions of a launch refer to.
const mediaSize = `SELECT coalesce(sum(length(body)), 0) FROM media WHERE hash IN (
	SELECT unhex(json_extract(f.value, '$.hash')) FROM profiles, json_each(coalesce(json_extract(content, '$.image.files'), '[]')) f WHERE launch = ?1
	UNION SELECT unhex(json_extract(f.value, '$.hash')) FROM profiles, json_each(coalesce(json_extract(content, '$.banner.files'), '[]')) f WHERE launch = ?1)`

// Save stores an edit; see [profile.Store].
func (t *Table) Save(ctx context.Context, launch, author string, expect int, change func(*profile.Profile), files []media.File) (v profile.Version, err error) {
	err = t.Write(ctx, "edit the profile of "+launch, func(db *gorm.DB, now time.Time) error {
		var known int
		if err := db.Raw("SELECT count(*) FROM launches WHERE slug = ?", launch).Row().Scan(&known); err != nil {
			return err
		}
		if known == 0 {
			return mint.ErrNotFound
		}
		before, err := read(db, launch)
		if err != nil {
			return err
		}
		if expect != 0 && max(expect, 0) != before.Number {
			return profile.ErrStale
		}
		if v, err = add(db, now, launch, author, before, change); err != nil || v.Number == before.Number {
			return err
		}
		if v.Number > profile.MaxVersions {
			return fmt.Errorf("%w than %d edits", profile.ErrFull, profile.MaxVersions)
		}
		for _, f := range files {
			key, err := hex.DecodeString(f.Hash)
			if err != nil {
				return err
			}
			// The type comes first: gorm takes bytes that follow a parenthesis for a list.
			if err := db.Exec("INSERT INTO media (type, hash, body, created) VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING", f.Type, key, f.Body, now.UnixNano()).Error; err != nil {
				return err
			}
		}
		var size int64
		if err := db.Raw(mediaSize, launch).Row().Scan(&size); err != nil {
			return err
		}
		if len(files) > 0 && size > profile.MaxMedia {
			return fmt.Errorf("%w than %d MiB of pictures, of all versions", profile.ErrFull, profile.MaxMedia>>20)
		}
		return db.Exec("UPDATE launches SET description = ?, image = ? WHERE slug = ?", v.Profile.Description, v.Profile.Image.Source, launch).Error
	})
	return v, err
}

// Listed records, within a transaction that registers a launch or changes its texts, the
// description and the picture's URL as a new version, if they differ from the newest.
func Listed(db *gorm.DB, now time.Time, launch, author, description, image string) error {
	before, err := read(db, launch)
	if err != nil {
		return err
	}
	_, err = add(db, now, launch, author, before, func(p *profile.Profile) {
		p.Description = description
		if p.Image.Source != image {
			p.Image = profile.Picture{Source: image}
		}
	})
	return err
}

// add writes the next version, or returns the one before if it equals the one before.
func add(db *gorm.DB, now time.Time, launch, author string, before profile.Version, change func(*profile.Profile)) (profile.Version, error) {
	next := profile.Version{Number: before.Number + 1, At: now, Author: author, Profile: before.Profile}
	change(&next.Profile)
	if next.Changed = profile.Diff(before.Profile, next.Profile); len(next.Changed) == 0 {
		return before, nil
	}
	changed, err := json.Marshal(next.Changed)
	if err != nil {
		return profile.Version{}, err
	}
	content, err := json.Marshal(next.Profile)
	if err != nil {
		return profile.Version{}, err
	}
	return next, db.Exec("INSERT INTO profiles (launch, version, at, author, changed, content) VALUES (?, ?, ?, ?, ?, ?)",
		launch, next.Number, now.UnixNano(), author, string(changed), string(content)).Error
}
