# The server as one native program on a base without a shell, a package manager or anything else that it does not need.
#
#   docker build -t sandglass .
#   docker run --rm -p 8080:8080 -v /srv/models:/models:ro -e SANDGLASS_API_KEY=... sandglass serve --host 0.0.0.0 --model /models/MODEL.gguf
#
# On x86-64 it holds the program twice: for processors with AVX2, and for those with AVX-512 beside it, as which the first goes on where it can. The program needs
# the C library and no other file; it writes nothing.

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble-aot AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Sandglass.Cli -c Release -p:PublishAot=true -o /out
RUN if [ "$(uname -m)" = x86_64 ]; then \
        dotnet publish src/Sandglass.Cli -c Release -p:PublishAot=true -p:IlcInstructionSet=x86-64-v4 --artifacts-path /wider -o /wider/out \
        && cp /wider/out/sandglass /out/sandglass-x86-64-v4; \
    fi

# Ubuntu's C library of the same release as above, certificates and a user that is not root.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
COPY --from=build /out/sandglass* /
USER $APP_UID
EXPOSE 8080
# SIGTERM, which docker stop sends, finishes what runs; give it longer than --drain takes (docker stop -t 40).
STOPSIGNAL SIGTERM
ENTRYPOINT ["/sandglass"]
CMD ["serve", "--host", "0.0.0.0"]
