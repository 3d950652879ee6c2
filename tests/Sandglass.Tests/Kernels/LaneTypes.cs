// The types of lanes of each width, as a kernel's type arguments: <Lanes256, F256, I256, B256>.
global using B128 = Sandglass.Kernels.Quad<System.Runtime.Intrinsics.Vector128<byte>>;
global using B256 = Sandglass.Kernels.Pair<System.Runtime.Intrinsics.Vector256<byte>>;
global using B512 = System.Runtime.Intrinsics.Vector512<byte>;
global using F128 = Sandglass.Kernels.Quad<System.Runtime.Intrinsics.Vector128<float>>;
global using F256 = Sandglass.Kernels.Pair<System.Runtime.Intrinsics.Vector256<float>>;
global using F512 = System.Runtime.Intrinsics.Vector512<float>;
global using I128 = Sandglass.Kernels.Quad<System.Runtime.Intrinsics.Vector128<int>>;
global using I256 = Sandglass.Kernels.Pair<System.Runtime.Intrinsics.Vector256<int>>;
global using I512 = System.Runtime.Intrinsics.Vector512<int>;
