package crowds

import (
	"database/sql"

	"gorm.io/gorm"
)

// scanner is a row of a result.
type scanner interface{ Scan(into ...any) error }

// each calls do with each row of a query, until do fails.
func each(db *gorm.DB, do func(scanner) error, query string, args ...any) error {
	rows, err := db.Raw(query, args...).Rows()
	if err != nil {
		return err
	}
	return eachRow(rows, do)
}

func eachRow(rows *sql.Rows, do func(scanner) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
