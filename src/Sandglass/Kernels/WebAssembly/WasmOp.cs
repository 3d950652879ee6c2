namespace Sandglass.Kernels.WebAssembly;

/// <summary>Instructions on numbers.</summary>
internal enum WasmOp : byte
{
    /// <summary>i32.load</summary>
    Load = 0x28,

    /// <summary>f32.load</summary>
    LoadFloat = 0x2A,

    /// <summary>i32.load8_u</summary>
    LoadByte = 0x2D,

    /// <summary>i32.store</summary>
    Store = 0x36,

    /// <summary>f32.store</summary>
    StoreFloat = 0x38,
    IsZero = 0x45,
    Equal = 0x46,
    LessSigned = 0x48,
    LessUnsigned = 0x49,
    Add = 0x6A,
    Sub = 0x6B,
    Multiply = 0x6C,
    And = 0x71,
    Or = 0x72,
    Xor = 0x73,
    ShiftLeft = 0x74,
    ShiftRight = 0x76,
    RotateLeft = 0x77,
    RotateRight = 0x78,
    AddFloat = 0x92,
    MultiplyFloat = 0x94,
    DivideFloat = 0x95,
}
