// SPDX-License-Identifier: MIT

//go:build icp_static

package icp

// #cgo pkg-config: libicp-static
import "C"
