using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>An architecture: its name in model files, and how its model is built from parts.</summary>
internal sealed record Architecture(string Name, Func<ModelBuilder, Model> Build)
{
    /// <summary>Whether some of its layers see only a window of positions; a window asked for by option would contradict it.</summary>
    public bool HasLayerWindows { get; init; }

    /// <summary>Whether its norms are LayerNorms, which subtract the mean; else they are root mean square norms.</summary>
    public bool HasLayerNorms { get; init; }

    /// <summary>Whether each product and each LayerNorm has a bias, which must then be there.</summary>
    public bool HasBiases { get; init; }

    /// <summary>Whether a file may ask for rope of fewer values than a head has.</summary>
    public bool HasPartialRope { get; init; }

    /// <summary>Whether its attention is latent: keys and values of all heads are made of one vector a position.</summary>
    public bool HasLatentAttention { get; init; }

    /// <summary>Whether its feed-forward parts may be experts.</summary>
    public bool MayHaveExperts { get; init; }

    /// <summary>Reads a model's weights; a failure frees all that was read.</summary>
    /// <exception cref="ModelFileException">A tensor is absent, of another shape or type, or holds values that are not finite.</exception>
    public Model Read(WeightReader reader, Hyperparameters shape)
    {
        try
        {
            return Build(new ModelBuilder(reader, shape, this));
        }
        catch
        {
            reader.Weights.Dispose();
            throw;
        }
    }
}
