package api

import (
	"bufio"
	"encoding/csv"
	"strings"
	"unicode/utf8"
)

// CSVCell returns a cell that spreadsheets do not run as a formula. Strangers choose some
// of the text, such as symbols and the errors of wallets.
func CSVCell(s string) string {
	s = cellSeparators.Replace(s)
	if first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s)); strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// cellSeparators replaces the characters that could start a new cell. In many countries
// spreadsheets split at semicolons, and then quotes are no longer special.
var cellSeparators = strings.NewReplacer(";", ",", "\t", " ", "\r", " ", "\n", " ")

// CSVPage is how many rows of a file are read and sent at once.
const CSVPage = 500

// WriteCSV writes a head and pages of rows. page returns the next page, and an empty one at
// the end. sending is called before each page is sent, to extend the write deadline.
func WriteCSV(w *bufio.Writer, head []string, page func() ([][]string, error), sending func() error) error {
	out := csv.NewWriter(w)
	if err := out.Write(head); err != nil {
		return err
	}
	for {
		rows, err := page()
		if err != nil {
			return err
		}
		for _, row := range rows {
			for i := range row {
				row[i] = CSVCell(row[i])
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		if out.Flush(); out.Error() != nil {
			return out.Error()
		}
		if err := sending(); err != nil {
			return err
		}
		if err := w.Flush(); err != nil || len(rows) == 0 {
			return err
		}
	}
}
