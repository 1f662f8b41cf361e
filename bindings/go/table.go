// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strconv"
	"time"
)

// A cell is what a CSV file would hold; valid = there is a value.
type cell struct {
	text  string
	valid bool
}

// A table is rows in memory; short ones end in cells without a value.
type table struct {
	names []string
	rows  int
	row   func(i int, out []cell) error // fills len(names) cells
}

func textTable(rows [][]string) (*table, error) {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil, fail(ErrFormat, "there is no row of headers")
	}
	names := rows[0]
	return &table{names, len(rows) - 1, func(i int, out []cell) error {
		row := rows[i+1]
		if len(row) > len(out) {
			e := fail(ErrFormat, "%d cells, but %d headers", len(row), len(out))
			e.Row = int64(i) + 1
			return e
		}
		for k := range out {
			out[k] = cell{}
			if k < len(row) {
				out[k] = cell{row[k], true}
			}
		}
		return nil
	}}, distinct(names)
}

func distinct(names []string) error {
	seen := make(map[string]bool, len(names))
	for i, n := range names {
		if seen[n] {
			e := fail(ErrFormat, "two columns have the same name")
			e.Field, e.Column = n, int64(i)+1
			return e
		}
		seen[n] = true
	}
	return nil
}

func mapTable(rows []map[string]any) (*table, error) {
	seen := map[string]bool{}
	for _, row := range rows {
		for name := range row {
			seen[name] = true
		}
	}
	if len(seen) == 0 {
		return nil, fail(ErrFormat, "there is no column")
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return &table{names, len(rows), func(i int, out []cell) error {
		for k, name := range names {
			c, err := cellOf(rows[i][name])
			if err != nil {
				err.Row, err.Field = int64(i)+1, name
				return err
			}
			out[k] = c
		}
		return nil
	}}, nil
}

// cellOf writes a value as a CSV file would hold it. A number that is not finite is no value.
func cellOf(v any) (cell, *Error) {
	switch v := v.(type) {
	case nil:
		return cell{}, nil
	case string:
		return cell{v, true}, nil
	case []byte:
		return cell{string(v), v != nil}, nil
	case bool:
		return cell{strconv.FormatBool(v), true}, nil
	case float64:
		return number(v, 64), nil
	case float32:
		return number(float64(v), 32), nil
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return cell{fmt.Sprint(v), true}, nil
	case json.Number:
		return cell{string(v), true}, nil
	case time.Time:
		if v.IsZero() {
			return cell{}, nil
		}
		return cell{v.UTC().Format("2006-01-02T15:04:05.999999Z07:00"), true}, nil
	case []string:
		if v == nil {
			return cell{}, nil
		}
		items := make([]any, len(v))
		for i := range v {
			items[i] = v[i]
		}
		return list(items)
	case []any:
		return list(v)
	case fmt.Stringer:
		return cell{v.String(), true}, nil
	}
	return cell{}, fail(ErrArgument, "a %T cannot be the value of a cell", v)
}

func number(v float64, bits int) cell {
	if v != v || v-v != 0 {
		return cell{}
	}
	return cell{strconv.FormatFloat(v, 'f', -1, bits), true}
}

// list is a JSON array of texts, which is a form that columns of lists come in.
func list(items []any) (cell, *Error) {
	if items == nil {
		return cell{}, nil
	}
	b := []byte{'['}
	for _, item := range items {
		c, err := cellOf(item)
		if err != nil {
			return cell{}, err
		}
		if !c.valid {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = quote(b, c.text)
	}
	return cell{string(append(b, ']')), true}, nil
}

const hexDigits = "0123456789abcdef"

// quote writes a JSON string whose bytes beyond ASCII are those of s, valid UTF-8 or not: the library decides what they are, as in a CSV file.
func quote(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// Bytes of a block that a table is read in.
const tableBlock = 1 << 16

// A tableReader gives a table as JSON lines: unlike CSV these have no footers, and tell an empty text from no value. A table without rows is its headers alone.
type tableReader struct {
	t     *table
	next  int
	cells []cell
	block []byte
	at    int
}

func (r *tableReader) Read(p []byte) (int, error) {
	for r.at == len(r.block) {
		if r.next == r.t.rows {
			return 0, io.EOF
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.block[r.at:])
	r.at += n
	return n, nil
}

func (r *tableReader) fill() error {
	r.block, r.at = r.block[:0], 0
	for r.next < r.t.rows && len(r.block) < tableBlock {
		if err := r.t.row(r.next, r.cells); err != nil {
			return err
		}
		for k, name := range r.t.names {
			r.block = append(r.block, "{,"[sign(k)])
			r.block = append(quote(r.block, name), ':')
			if r.cells[k].valid {
				r.block = quote(r.block, r.cells[k].text)
			} else {
				r.block = append(r.block, "null"...)
			}
		}
		r.block = append(r.block, '}', '\n')
		r.next++
	}
	return nil
}

func sign(k int) int {
	if k > 0 {
		return 1
	}
	return 0
}

func (c *Context) openTable(t *table, err error, o *ReaderOptions) (*Reader, error) {
	if err != nil {
		return nil, err
	}
	options := ReaderOptions{Format: FormatJSONL, RowsPerBatch: o.RowsPerBatch}
	r := &tableReader{t: t, cells: make([]cell, len(t.names))}
	if t.rows == 0 {
		options.Format, options.Delimiter = FormatCSV, ','
		r.block = csvLine(t.names)
	}
	return c.openStream("rows", 0, r, nil, &options)
}

func csvLine(names []string) []byte {
	var b []byte
	for k, name := range names {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		for i := 0; i < len(name); i++ {
			if name[i] == '"' {
				b = append(b, '"')
			}
			b = append(b, name[i])
		}
		b = append(b, '"')
	}
	return append(b, '\n')
}

// packed is the table as the library takes batches: bytes, offsets, and a bit per cell.
func (t *table) packed() (bytes []byte, offsets []int64, validity []byte, err error) {
	cells := make([]cell, len(t.names))
	count := len(t.names) * (t.rows + 1)
	offsets, validity = make([]int64, 1, count+1), make([]byte, (count+7)/8)
	put := func(c cell) {
		if i := len(offsets) - 1; c.valid {
			bytes = append(bytes, c.text...)
			validity[i/8] |= 1 << (i % 8)
		}
		offsets = append(offsets, int64(len(bytes)))
	}
	for _, name := range t.names {
		put(cell{name, true})
	}
	for i := 0; i < t.rows; i++ {
		if err := t.row(i, cells); err != nil {
			return nil, nil, nil, err
		}
		for _, c := range cells {
			put(c)
		}
	}
	return bytes, offsets, validity, nil
}
