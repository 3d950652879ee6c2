namespace Sandglass.Kernels;

/// <summary>The nonlinear function inside a feed-forward block.</summary>
internal enum Activation
{
    /// <summary>x / (1 + e^-x), also called swish.</summary>
    Silu,

    /// <summary>GELU in its form with tanh.</summary>
    GeluTanh,
}

/// <summary>The gated activation that has a name.</summary>
internal static unsafe class GatedActivation
{
    /// <summary>gate[i] = activation(gate[i]) * up[i].</summary>
    /// <param name="gate">[count], overwritten.</param>
    /// <param name="up">[count]</param>
    public static void Apply(Activation activation, float* gate, float* up, int count)
    {
        if (activation == Activation.Silu) SwiGlu.Apply(gate, up, count);
        else GeGlu.Apply(gate, up, count);
    }
}
