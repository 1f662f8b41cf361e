// SPDX-License-Identifier: MIT

//go:build icp_static

package faulty

// #cgo pkg-config: --static libicp
// #cgo CFLAGS: -DICP_STATIC
import "C"
